// SPDX-License-Identifier: MIT
//
// Leads calls that modules import by name to functions of ours.
//
// Side:    agent, floor 1 (base).
// For names that only some allocators have. To define them, as we define malloc, would change programs that have none:
// they ask whether a weak mallocx is there to know whether jemalloc is. So the names stay as they are, and where a
// loaded module imports one, its slot is written. What asks dlsym for the name is not led, and neither is a module
// loaded later.
#pragma once

#include <cstddef>

namespace prof {

struct Import {
    const char* name;
    void* hook;
    void** next;  // where the definition goes that the modules would call
};

// Finds the definitions, none of them ahead of the agent, and writes the slots of all modules but the agent and the one
// that has the first of these names. Nothing happens where nobody defines that one. How many slots were written. Takes
// the dynamic linker's lock; not on the hot path.
size_t lead_imports(const Import* imports, size_t count) noexcept;

}  // namespace prof

// SPDX-License-Identifier: MIT
//
// The interpreter's own allocator seen as malloc is: blocks of its "object" and "mem" domains that pymalloc hands out
// of its arenas. What it passes on to malloc is recorded there.
//
// Side:    agent, floor 4 (python).
// Threads: install() on the main thread, before the interpreter begins; the hooks as CPython calls its allocators: by
//          whoever holds the interpreter's lock.
//
// PyMem_SetAllocator() may be called before Py_Initialize(), and what it sets stays, unless PYTHONMALLOC or the
// development mode asks for another allocator: then that one's memory is malloc's, or is not seen.
#pragma once

#include <cstdint>

namespace prof::python::allocators {

// What is to be done when the interpreter begins to shut down, before it has taken anything apart: `word` is not 0 from
// then on. Called once, outside of any record, by the thread that shuts it down.
struct Ending {
    const uintptr_t* word;
    void (*tell)();
};

// Once, when an interpreter is found as the process starts. `arena_bytes`: how large pymalloc's arenas are. False: it
// has not the functions for that.
bool install(unsigned arena_bytes, const Ending& ending) noexcept;
bool is_installed() noexcept;

}  // namespace prof::python::allocators

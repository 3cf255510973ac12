// SPDX-License-Identifier: MIT
//
// prof.h made real: what the program says of its types, and in which of its parts it is.
//
// Side: agent, the top floor.
#include <prof/prof.h>

#include "hooks/hook.h"
#include "record/tags.h"
#include "record/types.h"

using namespace prof;

PROF_HOOK uint32_t prof_agent_type_declare(const prof_type_declaration* declaration) {
    return types::declare(declaration);
}

PROF_HOOK void prof_agent_next_type(uint32_t type) { tags::next(type); }

PROF_HOOK int prof_agent_block_type(void* block, uint32_t type) {
    return tags::retype(reinterpret_cast<uintptr_t>(block), type) ? 0 : -1;
}

PROF_HOOK uint64_t prof_agent_scope_enter(const char* name) { return tags::enter(name); }

PROF_HOOK void prof_agent_scope_leave(uint64_t token) { tags::leave(token); }

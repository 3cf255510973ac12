// SPDX-License-Identifier: MIT
//
// prof.h made real: what the program says of its memory, blocks that it hands out itself and roots, what it asks of it,
// and what it wants to be told.
//
// Side: agent, the top floor.
#include <prof/prof.h>

#include "hooks/hook.h"
#include "record/asked.h"
#include "record/declared.h"
#include "record/reported.h"
#include "record/watches.h"

using namespace prof;

PROF_HOOK void prof_agent_block_allocated(void* block, size_t bytes) {
    reported::allocated(block, bytes, PROF_CALLER());
}

PROF_HOOK void prof_agent_block_freed(void* block) { reported::freed(block); }

PROF_HOOK void prof_agent_blocks_freed(void* start, size_t bytes) { reported::freed_in(start, bytes); }

PROF_HOOK int prof_agent_root_declare(const char* name, const void* object, size_t bytes) {
    if (name == nullptr || object == nullptr) return -1;
    return declared::declare(name, reinterpret_cast<uintptr_t>(object), bytes) ? 0 : -1;
}

PROF_HOOK void prof_agent_root_forget(const void* object) { declared::forget(reinterpret_cast<uintptr_t>(object)); }

PROF_HOOK uint64_t prof_agent_watch(void* object, void (*callback)(void* object, void* context), void* context) {
    return object == nullptr || callback == nullptr ? 0 : watches::watch(object, callback, context);
}

PROF_HOOK int prof_agent_unwatch(uint64_t watch) { return watches::unwatch(watch) ? 0 : -1; }

PROF_HOOK void prof_agent_reset_peak(void) { asked::reset_peak(); }

PROF_HOOK size_t prof_agent_allocation_stack(const void* address, void** frames, size_t most) {
    return asked::allocation_stack(reinterpret_cast<uintptr_t>(address), frames, most);
}

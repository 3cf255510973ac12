// SPDX-License-Identifier: MIT
//
// prof.h made real: what the program reports of blocks that it hands out itself.
//
// Side: agent, the top floor.
#include <prof/prof.h>

#include "hooks/hook.h"
#include "record/reported.h"

using namespace prof;

PROF_HOOK void prof_agent_block_allocated(void* block, size_t bytes) {
    reported::allocated(block, bytes, PROF_CALLER());
}

PROF_HOOK void prof_agent_block_freed(void* block) { reported::freed(block); }

PROF_HOOK void prof_agent_blocks_freed(void* start, size_t bytes) { reported::freed_in(start, bytes); }

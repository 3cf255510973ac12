// SPDX-License-Identifier: MIT
//
// Forgets all blocks that are known (prof_clear_traces in prof.h): the tables are as empty as at the start. Stacks,
// modules, roots and the history of what was allocated stay; what was live counts as freed.
//
// Side:    agent, floor 2 (record).
// Threads: all others stand still, outside of the recorder.
#pragma once

namespace prof::forget {

void all_blocks() noexcept;

}  // namespace prof::forget

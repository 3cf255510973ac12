// SPDX-License-Identifier: MIT
//
// Forgetting: see forget.h.
//
// Side: agent, floor 2 (record).
#include "forget.h"

#include "blocks.h"
#include "child.h"
#include "counters.h"
#include "pools.h"
#include "threads.h"

namespace prof::forget {

void all_blocks() noexcept {
    child::catch_up();
    threads::hand_over_all();
    blocks::forget_all();
    pools::forget_all();
    counters::forget_live();
}

}  // namespace prof::forget

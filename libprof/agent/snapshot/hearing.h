// SPDX-License-Identifier: MIT
//
// Which threads take the signal that stops them, and which must not be sent it.
//
// Side:    agent, floor 3 (snapshot). For the thread that freezes.
// Threads: one snapshot at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "snapshot/living.h"

namespace prof::snapshot {

enum class Patience {
    none,            // at the freeze itself
    takes_its_time,  // before it, while all others run: up to 20 ms, and that only for threads never met before
};

// Fills in `hearing` and `has_signal` of the threads from `from` on.
void learn_who_hears(Living& living, size_t from, uint32_t signal, Patience patience) noexcept;

}  // namespace prof::snapshot

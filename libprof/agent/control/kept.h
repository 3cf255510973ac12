// SPDX-License-Identifier: MIT
//
// What this process has on the disk: how many snapshots stay that nobody waited for (interval, growth, peak, signal),
// and how many bytes all may have.
//
//   freeze ──► admit(): is there room? ──► (the copy writes, and no more than room_bytes()) ──► in the copy: settle()
//          ──► in the program: finished()
//
// The limit of bytes is hard: whole and temporary files together never have more. What is not known is whether somebody
// deleted some, or had one written over another.
//
// The copy settles: it takes the oldest away as soon as the new one is whole, however the program fares. The program
// only learns of it, when it next looks.
//
// Side:    agent, floor 4 (control). Used by session.cpp, by the thread whose turn it is.
// Memory:  fixed.
#pragma once

#include <cstdint>

#include <prof/format.h>

#include "base/text.h"
#include "snapshot/freeze.h"

namespace prof::kept {

inline constexpr uint32_t keep_at_most = 1000;

struct Limits {
    uint32_t keep = 10;       // snapshots that nobody waited for; at least 1
    uint64_t disk_bytes = 0;  // all snapshots of this process together; 0: any
};
void start(const Limits& limits, const char* folder) noexcept;
// A forked child has written nothing.
void forked() noexcept;

struct Candidate {
    uint32_t number;
    prof_reason reason;
};
// 0, or EDQUOT: the snapshot would pass the limit, as far as can be told before; `why` says so.
int admit(const Candidate& candidate, Text<200>& why) noexcept;

// What the one that was admitted may write.
uint64_t room_bytes() noexcept;

// In the copy, when it has written or failed: deletes the oldest. `why`, when the limit was in the way.
void settle(const snapshot::Outcome& outcome, Text<200>& why) noexcept;

// In the program, when the copy has ended.
void finished(const snapshot::Outcome& outcome, Text<200>& why) noexcept;

}  // namespace prof::kept

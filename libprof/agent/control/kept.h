// SPDX-License-Identifier: MIT
//
// What this process has on the disk: how many triggered snapshots stay, and how many bytes all may have.
//
//   freeze ──► admit(): is there room? ──► (the copy writes) ──► in the copy: settle() ──► in the program: finished()
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
    uint32_t keep = 10;       // triggered snapshots; at least 1
    uint64_t disk_bytes = 0;  // all snapshots of this process together; 0: any
};
void start(const Limits& limits, const char* folder) noexcept;
// A forked child has written nothing.
void forked() noexcept;

struct Candidate {
    uint32_t number;
    prof_reason reason;
    const char* path;
};
// 0, or EDQUOT: the snapshot would pass the limit, as far as can be told before; `why` says so.
int admit(const Candidate& candidate, Text<200>& why) noexcept;

// In the copy, when the file has its name: deletes the oldest, or the new one itself when it passed the limit after
// all. What came of it: the error of `outcome`, or EDQUOT and `why`.
int settle(const snapshot::Outcome& outcome, Text<200>& why) noexcept;

// In the program, when the copy has ended. The same answer.
int finished(const snapshot::Outcome& outcome, Text<200>& why) noexcept;

}  // namespace prof::kept

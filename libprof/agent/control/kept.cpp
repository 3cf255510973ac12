// SPDX-License-Identifier: MIT
//
// Kept snapshots. Side: agent, floor 4 (control). See kept.h.
#include "control/kept.h"

#include <errno.h>

#include "base/syscalls.h"
#include "control/names.h"
#include "control/triggers.h"
#include "record/counters.h"

namespace prof::kept {

namespace {

// Before there is a snapshot to go by: addresses, sizes, counts and words of an ordinary block, and the tables.
constexpr uint64_t usual_bytes_a_block = 64, usual_bytes = 64 << 10;

struct File {
    uint32_t number;
    uint64_t bytes;
};

constinit Limits limits;
const char* folder = "";
File files[keep_at_most];  // that nobody waited for, a ring
uint32_t first = 0, count = 0;
uint64_t disk_bytes = 0;  // of all
uint64_t last_bytes = 0, last_blocks = 0;

// Of the snapshot under way.
uint32_t number = 0;
uint64_t blocks = 0;
bool is_unasked = false;  // nobody waits for it
constinit Path oldest;    // to be deleted, or ""

uint64_t expected_bytes() noexcept {
    if (last_blocks == 0) return usual_bytes + blocks * usual_bytes_a_block;
    return blocks > last_blocks ? last_bytes + (blocks - last_blocks) * (last_bytes / last_blocks + 1)
                                : last_bytes / last_blocks * blocks;
}

}  // namespace

void start(const Limits& wanted, const char* where) noexcept {
    limits = wanted;
    folder = where;
}

void forked() noexcept { first = count = 0, disk_bytes = last_bytes = last_blocks = 0; }

int admit(const Candidate& candidate, Text<200>& why) noexcept {
    number = candidate.number;
    is_unasked = triggers::is_triggered(candidate.reason) || candidate.reason == PROF_REASON_SIGNAL;
    blocks = counters::live_blocks();
    oldest.clear();
    if (is_unasked && count >= limits.keep) names::snapshot_path(folder, files[first].number, oldest);
    if (expected_bytes() <= room_bytes()) return 0;
    why.add("about ").add_number(expected_bytes() >> 10).add(" KiB more than the ").add_number(disk_bytes >> 10);
    why.add(" KiB already written would pass disk=").add_number(limits.disk_bytes);
    return EDQUOT;
}

uint64_t room_bytes() noexcept {
    if (limits.disk_bytes == 0) return UINT64_MAX;
    return limits.disk_bytes > disk_bytes ? limits.disk_bytes - disk_bytes : 0;
}

void settle(const snapshot::Outcome& outcome, Text<200>& why) noexcept {
    if (outcome.is_cut) why.add("it would have passed disk=").add_number(limits.disk_bytes);
    if (outcome.error == 0 && oldest.length() > 0) sys::unlink(oldest.c_str());
}

void finished(const snapshot::Outcome& outcome, Text<200>& why) noexcept {
    settle(outcome, why);
    if (outcome.error != 0 && !outcome.is_cut) return;
    last_bytes = outcome.is_cut ? room_bytes() + 1 : outcome.file_bytes;
    last_blocks = blocks;
    if (outcome.is_cut) return;
    disk_bytes += outcome.file_bytes;
    if (!is_unasked) return;
    if (count >= limits.keep) {
        disk_bytes -= files[first].bytes;
        first = (first + 1) % keep_at_most;
        --count;
    }
    files[(first + count++) % keep_at_most] = {.number = number, .bytes = outcome.file_bytes};
}

}  // namespace prof::kept

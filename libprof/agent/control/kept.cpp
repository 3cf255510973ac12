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
File files[keep_at_most];  // triggered ones, a ring
uint32_t first = 0, count = 0;
uint64_t disk_bytes = 0;  // of all
uint64_t last_bytes = 0, last_blocks = 0;

// Of the snapshot under way.
uint32_t number = 0;
uint64_t blocks = 0;
bool is_triggered = false;
constinit Path path, oldest;  // oldest: to be deleted, or ""

uint64_t expected_bytes() noexcept {
    if (last_blocks == 0) return usual_bytes + blocks * usual_bytes_a_block;
    return last_bytes + (blocks > last_blocks ? (blocks - last_blocks) * (last_bytes / last_blocks + 1) : 0);
}

bool passes_limit(uint64_t bytes) noexcept {
    return limits.disk_bytes != 0 && disk_bytes + bytes > limits.disk_bytes;
}

}  // namespace

void start(const Limits& wanted, const char* where) noexcept {
    limits = wanted;
    folder = where;
}

void forked() noexcept { first = count = 0, disk_bytes = last_bytes = last_blocks = 0; }

int admit(const Candidate& candidate, Text<200>& why) noexcept {
    number = candidate.number;
    is_triggered = triggers::is_triggered(candidate.reason);
    blocks = counters::live_blocks();
    path.clear();
    path.add(candidate.path);
    oldest.clear();
    if (is_triggered && count >= limits.keep) names::snapshot_path(folder, files[first].number, oldest);
    if (!passes_limit(expected_bytes())) return 0;
    why.add("about ").add_number(expected_bytes() >> 10).add(" KiB more than the ").add_number(disk_bytes >> 10);
    why.add(" KiB already written would pass disk=").add_number(limits.disk_bytes);
    return EDQUOT;
}

int settle(const snapshot::Outcome& outcome, Text<200>& why) noexcept {
    if (outcome.error != 0) return outcome.error;
    if (passes_limit(outcome.file_bytes)) {
        sys::unlink(path.c_str());
        why.add("it passed disk=").add_number(limits.disk_bytes).add(" and was taken away again");
        return EDQUOT;
    }
    if (oldest.length() > 0) sys::unlink(oldest.c_str());
    return 0;
}

int finished(const snapshot::Outcome& outcome, Text<200>& why) noexcept {
    const int error = settle(outcome, why);
    if (outcome.error != 0) return error;
    last_bytes = outcome.file_bytes;
    last_blocks = blocks;
    if (error != 0) return error;
    disk_bytes += outcome.file_bytes;
    if (!is_triggered) return 0;
    if (count >= limits.keep) {
        disk_bytes -= files[first].bytes;
        first = (first + 1) % keep_at_most;
        --count;
    }
    files[(first + count++) % keep_at_most] = {.number = number, .bytes = outcome.file_bytes};
    return 0;
}

}  // namespace prof::kept

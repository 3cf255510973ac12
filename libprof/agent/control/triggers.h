// SPDX-License-Identifier: MIT
//
// Triggers: when a snapshot is due without anybody asking, by time, by growth, or by a new peak.
//
// Side:    agent, floor 4 (control).
// Threads: is_due() by any; the others by the thread whose turn it is (control/session.h).
// Cost:    every 64 events of a thread, and at each large block: one branch without triggers, with them one load or the
//          clock.
//
// A program that allocates is looked at when it does. One that does not is woken by the alarm (alarm.h), and only when
// a snapshot is due that nobody took: the interval is over, or growth or a peak came within a second after the snapshot
// before. docs/decisions/0005-idle-triggers.md has the other ways.
#pragma once

#include <cstdint>

#include <prof/format.h>

namespace prof {

struct Triggers {
    uint64_t interval_ms = 0;     // 0: off
    uint32_t growth_percent = 0;  // since the last snapshot, whatever it was taken for; 0: off
    uint64_t growth_bytes = 0;
    uint32_t peak_percent = 0;  // above the peak that the last snapshot knew; 0: off

    static constexpr uint64_t shortest_interval_ms = 100;
    static constexpr uint32_t usual_peak_percent = 10;
    bool any() const noexcept { return (interval_ms | growth_percent | growth_bytes | peak_percent) != 0; }
};

namespace triggers {

void start(const Triggers& wanted) noexcept;

// Whether a snapshot is due, and why. Growth and peaks have at least a second between two snapshots, so that a program
// that only grows is not stopped again and again; percentages count from 1 MiB where there is less.
bool is_due(prof_reason& reason) noexcept;

// A snapshot is taken now, for whatever reason, or was refused: all triggers count from here.
void rebase() noexcept;

// The alarm rings, and is_due() is asked next. It will ring again for what is not yet due, and in a while for what is,
// in case that the snapshot cannot be taken now.
void rang() noexcept;

inline bool is_triggered(prof_reason reason) noexcept {
    return reason == PROF_REASON_INTERVAL || reason == PROF_REASON_GROWTH || reason == PROF_REASON_PEAK;
}

}  // namespace triggers

}  // namespace prof

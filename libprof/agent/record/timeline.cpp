// SPDX-License-Identifier: MIT
//
// Coarse time: see timeline.h.
//
// Side:    agent, floor 2 (record).
#include "timeline.h"

#include <time.h>

#include "base/lock.h"
#include "blocks.h"
#include "counters.h"
#include "segments.h"
#include "state.h"

namespace prof::timeline {

constinit Ages ages{};

namespace {

constexpr uint64_t least_gap_ns = 10'000'000;
constexpr uint64_t gap_shift = 16;
constexpr uint64_t bounds_ms[] = PROF_LIFETIME_BOUNDS_MS;

constinit Segments<prof_tick, 8> samples{};
constinit Lock lock;
uint64_t began_ns = 0;
uint64_t began_unix_ns = 0;
uint32_t snapshots = 0;

uint64_t clock_ns(clockid_t clock) noexcept {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

// Under the lock. Each bound passes each tick once.
void grow_older(uint32_t now) noexcept {
    for (unsigned i = 0; i + 1 < PROF_LIFETIME_BUCKETS; ++i) {
        uint32_t newest = ages.newest[i].load(std::memory_order_relaxed);
        auto is_as_old = [&](uint32_t tick) {
            return (samples.at(now).elapsed_ns - samples.at(tick).elapsed_ns) / 1'000'000 >= bounds_ms[i];
        };
        while (newest + 1 < now && is_as_old(newest + 1)) ++newest;
        ages.newest[i].store(newest, std::memory_order_relaxed);
    }
}

// Under the lock. Full or out of memory: time stands still.
void append(uint64_t now_ns) noexcept {
    uint32_t next = state().tick.load(std::memory_order_relaxed) + 1;
    if (next > blocks::max_tick || !samples.reserve(next)) return;
    uint64_t elapsed = now_ns - began_ns, blocks_now = counters::live_blocks();
    samples.at(next) = {.elapsed_ns = elapsed,
                        .live_bytes = counters::live_bytes(),
                        .live_blocks = blocks_now < UINT32_MAX ? static_cast<uint32_t>(blocks_now) : UINT32_MAX,
                        .snapshots = snapshots};
    grow_older(next);
    set_tick(next);
}

uint64_t gap_after(uint64_t now_ns) noexcept {
    uint64_t share = (now_ns - began_ns) >> gap_shift;
    return share > least_gap_ns ? share : least_gap_ns;
}

}  // namespace

bool start() noexcept {
    if (!samples.reserve(0)) return false;
    began_ns = clock_ns(CLOCK_MONOTONIC_COARSE);
    began_unix_ns = clock_ns(CLOCK_REALTIME);
    append(began_ns);  // tick 1: a birth is never 0
    state().tick_due_ns.store(began_ns + least_gap_ns, std::memory_order_release);
    return true;
}

void advance() noexcept {
    uint64_t now = clock_ns(CLOCK_MONOTONIC_COARSE);
    uint64_t due = state().tick_due_ns.load(std::memory_order_relaxed);
    if (now < due) return;
    if (!state().tick_due_ns.compare_exchange_strong(due, now + gap_after(now))) return;
    Hold hold(lock);
    if (hold) append(now);
}

uint32_t mark_snapshot() noexcept {
    Hold hold(lock);
    if (!hold) return state().tick.load(std::memory_order_acquire);
    ++snapshots;
    append(clock_ns(CLOCK_MONOTONIC_COARSE));
    return state().tick.load(std::memory_order_relaxed);
}

uint32_t count() noexcept { return state().tick.load(std::memory_order_acquire) + 1; }

prof_tick sample(uint32_t tick) noexcept { return samples.at(tick); }

uint64_t start_unix_ns() noexcept { return began_unix_ns; }

uint64_t elapsed_ns() noexcept { return clock_ns(CLOCK_MONOTONIC) - began_ns; }

void reset_lock() noexcept { lock.reset(); }

}  // namespace prof::timeline

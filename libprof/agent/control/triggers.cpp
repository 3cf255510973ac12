// SPDX-License-Identifier: MIT
//
// Triggers. Side: agent, floor 4 (control). See triggers.h.
//
// The thresholds are worked out once a snapshot, so that a look is a load and a compare. They are written one by one
// while others read: a look that sees half of them may be early, which is_due() under the session's turn sets right.
#include "control/triggers.h"

#include <time.h>

#include "control/alarm.h"
#include "record/counters.h"

namespace prof::triggers {

namespace {

constexpr uint64_t never = UINT64_MAX;
constexpr uint64_t least_base = 1 << 20;
constexpr uint64_t between_ns = 1'000'000'000;
constexpr uint64_t grace_ns = 50'000'000;  // in which a program that allocates notices by itself
constexpr uint64_t again_ns = 200'000'000;

constinit Triggers triggers;
bool any = false;
uint64_t interval_due_ns = never;
uint64_t size_due_ns = 0;                       // growth and peaks wait until then
uint64_t growth_due = never, peak_due = never;  // live bytes

uint64_t load(const uint64_t& value) noexcept { return __atomic_load_n(&value, __ATOMIC_RELAXED); }
void store(uint64_t& value, uint64_t wanted) noexcept { __atomic_store_n(&value, wanted, __ATOMIC_RELAXED); }

uint64_t now_ns() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

uint64_t above(uint64_t bytes, uint32_t percent) noexcept {
    const uint64_t base = bytes > least_base ? bytes : least_base;
    return bytes + base / 100 * percent;
}

uint64_t growth_above(uint64_t live) noexcept {
    const uint64_t by_percent = triggers.growth_percent != 0 ? above(live, triggers.growth_percent) : never;
    const uint64_t by_bytes = triggers.growth_bytes != 0 ? live + triggers.growth_bytes : never;
    return by_percent < by_bytes ? by_percent : by_bytes;
}

}  // namespace

void start(const Triggers& wanted) noexcept {
    triggers = wanted;
    any = wanted.any();
    rebase();
    store(size_due_ns, 0);
}

bool is_due(prof_reason& reason) noexcept {
    if (!any) [[likely]]
        return false;
    const uint64_t live = counters::live_bytes();
    const bool has_grown = live >= load(growth_due), is_peak = live >= load(peak_due);
    const uint64_t interval_due = load(interval_due_ns);
    if (!has_grown && !is_peak && interval_due == never) return false;
    const uint64_t now = now_ns();
    const bool may_size = now >= load(size_due_ns);
    reason = has_grown ? PROF_REASON_GROWTH : PROF_REASON_PEAK;
    if (may_size && (has_grown || is_peak)) return true;
    if (has_grown || is_peak) alarm::ring_by(load(size_due_ns) + grace_ns);
    reason = PROF_REASON_INTERVAL;
    return now >= interval_due;
}

void rebase() noexcept {
    if (!any) return;
    const uint64_t now = now_ns(), live = counters::live_bytes();
    const uint64_t peak = load(counters::totals.peak_bytes);
    store(size_due_ns, now + between_ns);
    if (triggers.interval_ms != 0) store(interval_due_ns, now + triggers.interval_ms * 1'000'000);
    alarm::ring_at(triggers.interval_ms != 0 ? load(interval_due_ns) + grace_ns : alarm::never);
    store(growth_due, growth_above(live));
    if (triggers.peak_percent != 0) store(peak_due, above(peak > live ? peak : live, triggers.peak_percent));
}

void rang() noexcept {
    alarm::ring_at(alarm::never);
    prof_reason reason{};
    if (is_due(reason)) return alarm::ring_by(now_ns() + again_ns);
    if (const uint64_t due = load(interval_due_ns); due != never) alarm::ring_by(due + grace_ns);
}

}  // namespace prof::triggers

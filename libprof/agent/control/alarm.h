// SPDX-License-Identifier: MIT
//
// The alarm: the snapshot signal, sent by the kernel at a time, to a program that would otherwise sleep on. One timer
// of the process, made only where triggers are on; a call that a thread sleeps in says EINTR when it rings.
//
// Side:    agent, floor 4 (control).
// Threads: any. Signals: async-signal-safe.
#pragma once

#include <signal.h>

#include <cstdint>

namespace prof::alarm {

inline constexpr uint64_t never = UINT64_MAX;

// Makes the timer. With signal 0, or where the kernel gives none, it never rings.
void start(uint32_t signal_number) noexcept;
// In a forked child, which inherits no timer.
void forget() noexcept;
void stop() noexcept;  // for good: its signal is no longer ours

// At that monotonic time, whatever was set before; `never` stills it.
void ring_at(uint64_t at_ns) noexcept;
// The same, unless it rings before that anyway.
void ring_by(uint64_t at_ns) noexcept;

// Whether a signal is the alarm.
bool is_ours(const siginfo_t& info) noexcept;

}  // namespace prof::alarm

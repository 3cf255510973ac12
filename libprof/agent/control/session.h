// SPDX-License-Identifier: MIT
//
// The session: what state this process is in, and its snapshots, one at a time.
//
//   starting ──► recording ◄──► stopped
//                    │             │
//                    ├─────────────┴──► gone     the program ended
//                    └────────────────► asleep   the agent found itself broken
//
//   a snapshot:  idle ──► busy (one thread prepares it, or waits for it) ──► writing (the copy writes on its own)
//                  ▲                                                            │ ▲
//                  └──────────────────── looking (has it ended?) ◄──────────────┘─┘
//
// Side:    agent, floor 4 (control).
// Threads: every function may be called by any thread. Signals: where it says so.
#pragma once

#include <cstdint>

#include <prof/control.h>
#include <prof/format.h>

#include "control/options.h"
#include "record/recorder.h"
#include "snapshot/freeze.h"

namespace prof::session {

// After the recorder has started; `runtime_folder` is $XDG_RUNTIME_DIR or null.
void start(const Options& options, const char* runtime_folder) noexcept;
// Instead, when it could not: says why, once.
void fall_asleep(const char* why) noexcept;
// Later, once, while system calls can still be made: from now on there is none of ours, here and in forked children.
void leave_for_good(const char* why) noexcept;

prof_control_state state() noexcept;
int set_recording(bool on) noexcept;  // 0, or -1 when asleep; async-signal-safe

struct Ask {
    const char* path = nullptr;  // absolute, or null: PROGRAM.PID.N.heap in the folder of the options
    prof_reason reason;
    uint32_t request = 0;    // number on the control page, or 0
    bool wait = false;       // until the file is whole
    bool stops_all = false;  // also threads that wait in the kernel, whatever the options say
    bool hashes = false;     // of each block's contents, whatever the options say
    const snapshot::Registers* registers;
};
// 0 or an errno: EBUSY, EDEADLK inside the recorder, ENXIO when asleep, or what freezing or writing said. With
// `request` the control page gets the answer too. Async-signal-safe unless it waits.
int take(const Ask& ask) noexcept;

// The same in two steps, for a request that is better left waiting than refused: while one thread still prepares a
// snapshot or looks after it, the answer to that one may already be read.
enum class Turn { ours, later, busy };
Turn try_begin() noexcept;
int take_begun(const Ask& ask) noexcept;  // after Turn::ours
void give_up() noexcept;                  // instead

// For prof.h: waits; `path` may be relative, or null for a name of ours.
int take_here(const char* path, const snapshot::Registers& registers) noexcept;

// For prof.h: forgets all blocks. 0 or an errno, as take().
int clear_traces(const snapshot::Registers& registers) noexcept;

// Now and then: reaps a copy that has ended.
void look_after() noexcept;

// This process is about to become another program, or that failed after all.
void begin_exec() noexcept;
void exec_failed() noexcept;

// Whether this is the process that the session was started in (or forked()), and not a vfork child in its memory. Never
// again after leave_for_good().
bool is_own_process() noexcept;
// The recorder noticed that this is a forked child, and whether it can record in it.
void forked(bool records) noexcept;
// The snapshot at the end, if there is to be one, some moments before it: end() takes no other. Waits.
void take_last(const snapshot::Registers& registers) noexcept;
// The program ends: the last snapshot, the control page. Only the first call does something. `caller` called a function
// of ours; when `function` is not 0, that happened in a call of the function which begins there.
void end(const recorder::Caller& caller, uintptr_t function) noexcept;

}  // namespace prof::session

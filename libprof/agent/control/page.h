// SPDX-License-Identifier: MIT
//
// The control page: prof/control.h's page, made, answered on, and taken away again.
//
// Side:    agent, floor 4 (control).
// Threads: answers come from one place at a time (control/session.h); readers use acquire.
// Memory:  one shared page of a file.
#pragma once

#include <cstdint>

#include <prof/control.h>

#include "base/text.h"

namespace prof::page {

// Makes the file in $XDG_RUNTIME_DIR/heapkit (when `runtime_folder` is given and usable) or /tmp/heapkit-UID. Without
// it the process cannot be asked by its pid; why is said in one line.
// `shared_path`: of the memory that heapkit run shares with this process, or "".
void start(const char* runtime_folder, const char* snapshot_folder, const char* shared_path,
           uint32_t signal_number) noexcept;
// In a forked child: leaves the parent's page alone and makes one of its own.
void forked(const char* shared_path) noexcept;
// Takes the file away.
void end() noexcept;

void set_signal(uint32_t number) noexcept;  // 0: it can no longer be asked by one
void set_state(prof_control_state state) noexcept;

// Whether a request waits: two loads.
bool is_asked() noexcept;

struct Request {
    uint32_t number;  // 0: there is none
    uint32_t flags;   // prof_request_flag
    Path path;        // "" for a name of ours
};
// The newest request that was not accepted yet, accepted by this very call.
void accept(Request& request) noexcept;

struct Answer {
    uint32_t request;
    int error;         // 0 or an errno
    const char* path;  // of the snapshot
    const char* text;  // one line, when there is an error
};
void answer(const Answer& answer) noexcept;

}  // namespace prof::page

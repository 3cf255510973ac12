// SPDX-License-Identifier: MIT
//
// What a seccomp filter, which the program is about to install, would do to it for system calls of ours.
//
// Side:    agent, floor 4 (control).
// Threads: any. Signals: async-signal-safe. Memory: the stack.
#pragma once

struct sock_fprog;

namespace prof::filter {

// Whether it kills, or asks somebody, for a system call that the agent may make. One that answers with an error does
// not: the agent can live with errors. Arguments are taken as 0. A program that is no program is of no concern.
bool is_deadly(const sock_fprog* program) noexcept;

}  // namespace prof::filter

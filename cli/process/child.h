// SPDX-License-Identifier: MIT
//
// The program that heapkit run started: its process group, its terminal, its signals, its end.
//
// Side:    our process, cli.
// Signals: all that are handed on stay blocked here and are taken one by one.
//
// The program gets a process group of its own, so that ^C reaches us first and a snapshot can be taken before it is
// handed on. A program that reads from the terminal is stopped by the kernel for that; it is then given the terminal
// and hears ^C itself, as shells and debuggers do want.
//
// As process 1 of a container we also reap what others left, and nobody stands above who could continue us: a stop that
// the terminal asks for does not reach the program, and one by SIGSTOP is left to whoever sent it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <heapkit/result.h>

namespace heapkit::cli {

class Child {
   public:
    using milliseconds = std::chrono::milliseconds;
    struct Command {
        std::filesystem::path file;
        std::vector<std::string> arguments;  // the name first
        std::vector<std::string> environment;
    };
    static Result<Child> start(const Command& command);

    // Hands signals on until the program ends; `before_end` is called before SIGTERM or SIGINT is, unless it is empty;
    // `now_and_then` again after as long as it says. Returns the exit code, 128 + n when signal n ended it.
    int wait(const std::function<void(pid_t)>& before_end, const std::function<milliseconds()>& now_and_then);

    pid_t pid() const noexcept { return pid_; }
    int end_signal() const noexcept { return end_signal_; }  // that ended it, 0: none did
    // It and all that it started were handed a signal that asks to end.
    bool is_told_to_end() const noexcept { return is_told_to_end_; }

   private:
    explicit Child(pid_t pid) noexcept : pid_(pid) {}
    void hand_on(int signal);
    void stopped_by(int signal);
    bool has_terminal_ = false, is_told_to_end_ = false;
    pid_t pid_;
    int end_signal_ = 0;
};

// Whether another SIGTERM or SIGINT waits: the user is impatient.
bool is_asked_again();

// The program has ended: those that came too late for it are dropped.
void drop_late_signals();

// Signals mean us again; one that waits ends us here.
void release_signals();

}  // namespace heapkit::cli

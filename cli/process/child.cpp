// SPDX-License-Identifier: MIT
//
// See child.h.
//
// Side: our process, cli.
#include "process/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "process/first_process.h"

namespace heapkit::cli {
namespace {

constexpr int handed_on[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT, SIGWINCH};
constexpr int code_of_signal = 128;

sigset_t taken_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : handed_on) sigaddset(&set, signal);
    sigaddset(&set, SIGCHLD);
    return set;
}

timespec to_timespec(Child::milliseconds time) {
    constexpr long in_a_second = 1000, ns_in_one = 1'000'000;
    return {.tv_sec = time.count() / in_a_second, .tv_nsec = time.count() % in_a_second * ns_in_one};
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

// In the new process. What exec says goes through the pipe, which exec itself closes.
[[noreturn]] void become(const Child::Command& command, const sigset_t& mask, int report) {
    setpgid(0, 0);
    sigprocmask(SIG_SETMASK, &mask, nullptr);
    execve(command.file.c_str(), pointers_to(command.arguments).data(), pointers_to(command.environment).data());
    const int error = errno;
    if (write(report, &error, sizeof error) < 0) _exit(code_of_signal - 1);
    _exit(code_of_signal - 2);
}

int foreground_group() { return isatty(STDIN_FILENO) != 0 ? tcgetpgrp(STDIN_FILENO) : -1; }

// Taking the terminal from the background is answered with SIGTTOU unless that is blocked.
void give_terminal(pid_t group) {
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGTTOU);
    sigprocmask(SIG_BLOCK, &set, &before);
    tcsetpgrp(STDIN_FILENO, group);
    sigprocmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

Result<Child> Child::start(const Command& command) {
    const sigset_t taken = taken_signals();
    sigset_t before;
    sigprocmask(SIG_BLOCK, &taken, &before);
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) return Error{std::string("cannot make a pipe: ") + std::strerror(errno), ""};
    const pid_t pid = fork();
    if (pid < 0) return Error{std::string("cannot start another process: ") + std::strerror(errno), ""};
    if (pid == 0) become(command, before, report[1]);
    setpgid(pid, pid);
    close(report[1]);
    int error = 0;
    const bool failed = read(report[0], &error, sizeof error) == sizeof error;
    close(report[0]);
    if (!failed) return Child(pid);
    waitpid(pid, nullptr, 0);
    return Error{"cannot run " + command.file.string() + ": " + std::strerror(error),
                 error == ENOEXEC ? "If it is a script, name its interpreter in a first line that begins with #!" : ""};
}

// To all of its group: a shell and what it started, as a terminal would.
void Child::hand_on(int signal) {
    is_told_to_end_ |= signal == SIGTERM || signal == SIGINT || signal == SIGQUIT;
    kill(-pid_, signal);
}

void Child::stopped_by(int signal) {
    const bool wants_terminal = signal == SIGTTIN || signal == SIGTTOU;
    if (wants_terminal && foreground_group() == getpgrp()) {
        has_terminal_ = true;
        give_terminal(pid_);
        return hand_on(SIGCONT);
    }
    if (is_first_process()) {
        if (signal != SIGSTOP) hand_on(SIGCONT);
        return;
    }
    if (has_terminal_) give_terminal(getpgrp());
    raise(SIGSTOP);  // with it, until somebody continues us
    if (has_terminal_) give_terminal(pid_);
    hand_on(SIGCONT);
}

int Child::wait(const std::function<void(pid_t)>& before_end, const std::function<milliseconds()>& now_and_then) {
    const sigset_t taken = taken_signals();
    timespec pause = to_timespec(now_and_then());
    for (;;) {
        int status = 0;
        while (waitpid(pid_, &status, WNOHANG | WUNTRACED) == pid_) {
            if (WIFSTOPPED(status)) {
                stopped_by(WSTOPSIG(status));
                continue;
            }
            if (has_terminal_) give_terminal(getpgrp());
            end_signal_ = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
            return end_signal_ != 0 ? code_of_signal + end_signal_ : WEXITSTATUS(status);
        }
        if (is_first_process()) reap_orphans(pid_);
        const int signal = sigtimedwait(&taken, nullptr, &pause);
        if (signal < 0) pause = to_timespec(now_and_then());
        if (signal < 0 || signal == SIGCHLD || (signal == SIGTSTP && is_first_process())) continue;
        const bool asks_first = (signal == SIGTERM || signal == SIGINT) && before_end;
        // A stopped program cannot be asked, and SIGCHLD, which says that it is, comes after SIGTERM.
        if (asks_first && is_first_process()) hand_on(SIGCONT);
        if (asks_first) before_end(pid_);
        hand_on(signal);
    }
}

void drop_late_signals() {
    const sigset_t taken = taken_signals();
    const timespec at_once{};
    while (sigtimedwait(&taken, nullptr, &at_once) > 0) continue;
}

void release_signals() {
    if (is_first_process()) be_ended_by_signals();
    const sigset_t taken = taken_signals();
    sigprocmask(SIG_UNBLOCK, &taken, nullptr);
}

bool is_asked_again() {
    sigset_t waiting;
    sigpending(&waiting);
    return sigismember(&waiting, SIGTERM) == 1 || sigismember(&waiting, SIGINT) == 1;
}

}  // namespace heapkit::cli

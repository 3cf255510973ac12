// SPDX-License-Identifier: MIT
//
// See first_process.h.
//
// Side: our process, cli.
#include "process/first_process.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace heapkit::cli {
namespace {

constexpr int code_of_signal = 128;

void end_by(int signal) { _exit(code_of_signal + signal); }

}  // namespace

bool is_first_process() noexcept { return getpid() == 1; }

void reap_orphans(pid_t program) noexcept {
    for (;;) {
        siginfo_t ended{};
        const int failed = waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT | __WALL);
        if (failed != 0 || ended.si_pid == 0 || ended.si_pid == program) return;
        waitpid(ended.si_pid, nullptr, WNOHANG | __WALL);
    }
}

void be_ended_by_signals() noexcept {
    constexpr int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    for (const int each : ending) signal(each, end_by);
}

}  // namespace heapkit::cli

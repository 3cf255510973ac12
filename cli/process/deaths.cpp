// SPDX-License-Identifier: MIT
//
// See deaths.h. A slot says who has it and how far that process came; whether it is gone, the kernel says.
//
// Side: our process, cli.
#include "process/deaths.h"

#include <fmt/core.h>

#include <csignal>
#include <cstdio>

#include "console.h"
#include "process/page.h"
#include "read/shared_tables.h"
#include "sudden.h"

namespace heapkit::cli {
namespace {

constexpr unsigned reported_at_most = 8;

}  // namespace

void Deaths::look_at(uint32_t slot, int signal) {
    const auto tables = read::read_shared_tables(memory_->fd(), slot);
    const pid_t owner = static_cast<pid_t>(read::shared_owner(memory_->fd(), slot));
    const bool is_program = owner == options_.pid;
    if (is_program && tables) was_replaced_ = tables->state == PROF_SHARED_REPLACED;
    has_seen_program_ |= is_program;
    if ((is_program && is_expected_) || (tables && tables->state != PROF_SHARED_RECORDING)) return;
    if (++reported_ > reported_at_most) return fmt::print(stderr, "heapkit: sudden death: process {}\n", owner);
    report_sudden_end(
        {.memory = memory_->fd(), .slot = slot, .signal = is_program ? signal : 0, .folder = options_.folder},
        Console());
}

void Deaths::look() {
    if (!memory_) return;
    for (uint32_t slot = 0; slot < read::shared_slots(memory_->fd()); ++slot) {
        const auto owner = static_cast<pid_t>(read::shared_owner(memory_->fd(), slot));
        if (owner == 0 || owner == options_.pid || !has_ended(owner)) continue;
        look_at(slot, 0);
        memory_->release(slot);
    }
}

void Deaths::look_at_end(int code, int signal) {
    std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is an error to be said
    if (!memory_) {
        if (signal != 0) fmt::print(stderr, "heapkit: {}\n{}\n", memory_.error().what, memory_.error().hint);
        return;
    }
    look();
    for (uint32_t slot = 0; slot < read::shared_slots(memory_->fd()); ++slot)
        if (static_cast<pid_t>(read::shared_owner(memory_->fd(), slot)) == options_.pid) look_at(slot, signal);
    if (was_replaced_ && !options_.follows_exec)
        fmt::print(stderr,
                   "heapkit: the program became another one by exec, which was not recorded; name that one, or use "
                   "--follow-exec\n");
    if (!has_seen_program_ && signal != 0)
        fmt::print(stderr,
                   "heapkit: no report of its sudden death: the recorder could not share its counters (exit code {})\n",
                   code);
}

}  // namespace heapkit::cli

// SPDX-License-Identifier: MIT
//
// See deaths.h. A slot says who has it and how far that process came; whether it is gone, the kernel says.
//
// Side: our process, cli.
#include "process/deaths.h"

#include <fmt/core.h>

#include <csignal>
#include <cstdio>
#include <thread>

#include "console.h"
#include "process/page.h"
#include "read/shared_tables.h"
#include "sudden.h"

namespace heapkit::cli {
namespace {

using std::chrono::milliseconds;

constexpr size_t shown_at_most = 3, written_at_most = 64;  // of processes other than the program
constexpr milliseconds usual_pause{1000}, short_pause{100};
constexpr int waits_for_others = 50;  // that were asked to end with the program
constexpr milliseconds wait_for_others{10};
constexpr uint32_t scarce_share = 4;  // when one slot of so many is taken

bool is_recording(const read::SlotFacts& facts) {
    return facts.state == PROF_SHARED_RECORDING || facts.state == PROF_SHARED_FREE;  // free: a child not yet seen
}

std::string processes(size_t count) { return count == 1 ? "a process" : fmt::format("{} processes", count); }

}  // namespace

void Deaths::look_at(uint32_t slot, int signal) {
    const bool is_program = signal >= 0;
    if (!is_program && ++reported_ > written_at_most) return;
    const bool is_shown = is_program || reported_ <= shown_at_most;
    report_sudden_end({.memory = memory_->fd(),
                       .slot = slot,
                       .signal = is_program ? signal : 0,
                       .folder = options_.folder,
                       .is_brief = !is_shown},
                      Console());
}

milliseconds Deaths::look(bool is_told) {
    if (!memory_) return usual_pause;
    const uint32_t slots = read::shared_slots(memory_->fd());
    uint32_t taken = 0;
    still_running_ = 0;
    for (uint32_t slot = 0; slot < slots; ++slot) {
        const read::SlotFacts facts = read::shared_facts(memory_->fd(), slot);
        const auto owner = static_cast<pid_t>(facts.owner);
        if (owner == 0 || owner == options_.pid) continue;
        ++taken;
        if (!has_ended(owner)) {
            still_running_ += is_recording(facts);
            continue;
        }
        without_slot_ += facts.without_slot;
        if (facts.state == PROF_SHARED_RECORDING && is_told) ++asked_to_end_;
        if (facts.state == PROF_SHARED_RECORDING && !is_told) look_at(slot, -1);
        memory_->release(slot);
    }
    return taken > slots / scarce_share ? short_pause : usual_pause;
}

void Deaths::look_at_program(const End& end) {
    const uint32_t slots = read::shared_slots(memory_->fd());
    for (uint32_t slot = 0; slot < slots; ++slot) {
        const read::SlotFacts facts = read::shared_facts(memory_->fd(), slot);
        if (slot == 0) without_slot_ += facts.without_slot;
        if (static_cast<pid_t>(facts.owner) != options_.pid || facts.state == PROF_SHARED_FREE) continue;
        has_seen_program_ = true;
        was_replaced_ = facts.state == PROF_SHARED_REPLACED;
        if (facts.state == PROF_SHARED_RECORDING && !is_expected_) look_at(slot, end.signal);
    }
}

void Deaths::say_of_others() const {
    if (reported_ > written_at_most)
        fmt::print(stderr, "heapkit: {} more died suddenly, without a report\n",
                   processes(reported_ - written_at_most));
    if (asked_to_end_ > 0)
        fmt::print(stderr, "heapkit: {} ended, as the signal asked, without a word to the recorder: no report\n",
                   processes(asked_to_end_));
    if (still_running_ > 0)
        fmt::print(stderr, "heapkit: {} of the program's still {}; a sudden death will not be reported any more\n",
                   processes(still_running_), still_running_ == 1 ? "runs" : "run");
    if (without_slot_ > 0)
        fmt::print(stderr, "heapkit: {} could not share {} counters: a sudden death would not have been reported\n",
                   processes(without_slot_), without_slot_ == 1 ? "its" : "their");
}

void Deaths::look_at_end(const End& end) {
    std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is an error to be said
    if (!memory_) {
        if (end.signal != 0) fmt::print(stderr, "heapkit: {}\n{}\n", memory_.error().what, memory_.error().hint);
        return;
    }
    look(end.is_told);
    for (int i = 0; end.is_told && still_running_ > 0 && i < waits_for_others; ++i) {
        std::this_thread::sleep_for(wait_for_others);
        look(true);
    }
    look_at_program(end);
    say_of_others();
    if (was_replaced_ && !options_.follows_exec)
        fmt::print(stderr,
                   "heapkit: the program became another one by exec, which was not recorded; name that one, or use "
                   "--follow-exec\n");
    if (!has_seen_program_ && end.signal != 0)
        fmt::print(stderr,
                   "heapkit: no report of its sudden death: the recorder could not share its counters (exit code {})\n",
                   end.code);
}

}  // namespace heapkit::cli

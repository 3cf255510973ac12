// SPDX-License-Identifier: MIT
//
// Sudden deaths among the processes that share memory with us.
//
// Side: our process, cli.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>

#include <heapkit/result.h>
#include "process/shared_memory.h"

namespace heapkit::cli {

class Deaths {
   public:
    struct Options {
        pid_t pid = 0;                 // the program that we started
        std::filesystem::path folder;  // where snapshots of the dead go; "": nowhere
        bool follows_exec = false;
    };
    // `memory` must outlive it; an error in it is said when it matters.
    Deaths(const Result<SharedMemory>& memory, Options options) : memory_(memory), options_(std::move(options)) {}

    // The program has a snapshot, and is about to be killed: that will not be sudden.
    void expect() noexcept { is_expected_ = true; }

    // Reports those that are gone without having said so, and gives the slots of all that are gone back. Not the
    // program itself. `is_told`: all were asked to end, and those that just do are counted only. Returns when to look
    // again: sooner when slots become scarce.
    std::chrono::milliseconds look(bool is_told);

    struct End {
        int code = 0;
        int signal = 0;  // that killed the program; 0: none did
        bool is_told = false;
    };
    // The same, when the program has ended, with what there is to say of them all: those that go on, those that could
    // not be seen, and a program that became another one, which was not recorded.
    void look_at_end(const End& end);

   private:
    void look_at_program(const End& end);
    void look_at(uint32_t slot, int signal);
    void say_of_others() const;
    const Result<SharedMemory>& memory_;
    Options options_;
    size_t reported_ = 0, asked_to_end_ = 0, without_slot_ = 0, still_running_ = 0;
    bool has_seen_program_ = false, was_replaced_ = false, is_expected_ = false;
};

}  // namespace heapkit::cli

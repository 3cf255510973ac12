// SPDX-License-Identifier: MIT
//
// Sudden deaths among the processes that share memory with us.
//
// Side: our process, cli.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>

#include "base/result.h"
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

    // Reports those that are gone without having said so, and gives the slots of all that are gone back.
    void look();
    // The same, when the program has ended with this code; `signal` killed it, 0: none did. Also says when it had
    // become another program, which was not recorded.
    void look_at_end(int code, int signal);

   private:
    void look_at(uint32_t slot, int signal);
    const Result<SharedMemory>& memory_;
    Options options_;
    unsigned reported_ = 0;
    bool has_seen_program_ = false, was_replaced_ = false, is_expected_ = false;
};

}  // namespace heapkit::cli

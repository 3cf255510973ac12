// SPDX-License-Identifier: MIT
//
// One module's rules of how to go from a frame to its caller, by libdw.
//
// Side:    heap, floor 3 (symbols). libdw stays behind this header.
// Threads: one thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "symbols/module_files.h"
#include "symbols/unwind.h"

namespace heapkit::symbols {

class UnwindRules {
   public:
    // .eh_frame of the binary; .debug_frame of its debug information for what that does not cover.
    UnwindRules(const ModuleFiles& files, uint64_t bias);
    UnwindRules(UnwindRules&&) noexcept;
    UnwindRules& operator=(UnwindRules&&) noexcept;
    ~UnwindRules();

    // Whether an address is one to which the function around `pc` may return.
    using Returns = std::function<bool(uint64_t address, uint64_t pc)>;

    // What comes before `frame`, whose end is filled in. Nothing when that is not known; a caller with pc 0 when there
    // is none: the thread began here. The module of the caller is not filled in.
    std::optional<StackFrame> caller_of(StackFrame& frame, const StackWords& words, const Returns& returns) const;

   private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace heapkit::symbols

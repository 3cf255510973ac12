// SPDX-License-Identifier: MIT
//
// The stacks of threads as they were at the snapshot: which functions had been called, where each one's part of the
// stack lies, and where the values of its registers are now.
//
// Side:    heap, floor 3 (symbols).
// Threads: one thread.
// Memory:  500 bytes a frame, at most `most_frames` of them.
//
// The rules of how to go on come from each module's .eh_frame or .debug_frame; the stack from the words that a snapshot
// keeps of it: return addresses and saved frame pointers are pointers, and so are there. What was not kept is not
// known, and a frame that cannot be found without it ends the walk; but for a frame pointer of a thread that sleeps,
// see dwarf_unwind.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "read/snapshot.h"
#include "symbols/frames.h"

namespace heapkit::symbols {

constexpr size_t register_count = 17;  // as DWARF counts those of x86-64: 7 is rsp, 16 the return address
constexpr size_t stack_register = 7, return_register = 16;
constexpr size_t most_frames = 1 << 20;

// A register as a function sees it, whether or not what it called has used it meanwhile.
struct RegisterState {
    std::optional<uint64_t> value;
    uint64_t saved_at = 0;        // where on the stack a called function keeps it; 0: nowhere
    bool is_in_register = false;  // in the thread's own register of this number
    bool is_undefined = false;    // nothing can say; of the return address: there is no caller
};

struct StackFrame {
    uint32_t thread = 0;  // index in the snapshot
    ModuleId module;
    uint64_t pc = 0;             // where it goes on
    bool is_calling = false;     // pc is a return address: the call before it is what it is doing
    uint64_t stack_pointer = 0;  // its part of the stack begins here,
    uint64_t end = 0;            // and ends behind its return address; 0: not known
    std::array<RegisterState, register_count> registers = {};

    // An address of the instruction that it is at.
    uint64_t address() const noexcept { return pc - (is_calling ? 1 : 0); }
};

// The words of the threads' stacks.
class StackWords {
   public:
    // Borrows both.
    StackWords(const read::Blocks& blocks, const read::Words& words);
    std::optional<uint64_t> at(uint64_t address) const;  // nothing when it was not kept
    bool holds(uint32_t thread, uint64_t address, uint64_t bytes) const;
    // What a register of a thread held; nothing when that is not known.
    std::optional<uint64_t> in_register(uint32_t thread, size_t number) const;
    bool knows_registers(uint32_t thread) const;

   private:
    const read::Blocks& blocks_;
    const read::Words& words_;
    std::vector<uint32_t> stacks_;     // roots, by address
    std::vector<uint32_t> registers_;  // roots
};

// Of all threads that live, innermost frame first, thread after thread. Never fails: where nothing is known, a thread
// has no frames.
std::vector<StackFrame> unwind(const read::Snapshot& snapshot, const StackWords& words, const Frames& frames);

}  // namespace heapkit::symbols

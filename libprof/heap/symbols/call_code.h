// SPDX-License-Identifier: MIT
//
// The few x86-64 instructions around a call that say what becomes of its result. No disassembler: a form that is not
// one of these is not understood, and says nothing.
//
// Side: heap, floor 3 (symbols).
#pragma once

#include <cstdint>
#include <optional>

#include "symbols/elf_file.h"

namespace heapkit::symbols {

// What the instruction at a return address does with rax.
struct ResultStore {
    enum class Kind { none, to_register, to_frame } kind = Kind::none;
    uint64_t length_bytes = 0;
    int reg = 0;               // to_register: as DWARF counts them
    int64_t offset_bytes = 0;  // to_frame: from rbp
};

class CallCode {
   public:
    // `file`: that ran; nullptr: nothing is understood. Addresses are virtual, as in the file.
    explicit CallCode(const ElfFile* file) : file_(file) {}

    ResultStore store_at(uint64_t return_address) const;
    // Up to where rax holds the result for sure: what optimised code does first may have nothing to do with it.
    uint64_t holds_result_until(uint64_t return_address) const;
    // What the direct call that returns there calls.
    std::optional<uint64_t> callee_before(uint64_t return_address) const;
    // Where the next byte lies, from `from` on and before `end`, that begins a direct call to an address that
    // `is_wanted` says; its return address.
    template <typename IsWanted>
    std::optional<uint64_t> next_call(uint64_t from, uint64_t end, IsWanted is_wanted) const {
        for (uint64_t at = from; at + 5 <= end; ++at)
            if (const auto callee = callee_before(at + 5); callee && is_wanted(*callee)) return at + 5;
        return std::nullopt;
    }
    // The constant that is put into edi for the call that returns there: malloc's or operator new's size.
    std::optional<uint64_t> constant_argument_before(uint64_t return_address) const;
    // Whether the call that returns at `next` gets what the one that returned at `return_address` left in rax as its
    // first argument, if no other call lies between them.
    bool passes_result(uint64_t return_address, uint64_t next) const;
    // Whether the call that returns there gets the address of a slot of the frame as its first argument: what it
    // constructs is no block.
    bool has_frame_argument(uint64_t return_address) const;

   private:
    Bytes bytes_at(uint64_t address) const { return file_ == nullptr ? Bytes() : file_->content_at_address(address); }
    const ElfFile* file_;
};

}  // namespace heapkit::symbols

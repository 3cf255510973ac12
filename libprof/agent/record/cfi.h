// SPDX-License-Identifier: MIT
//
// Call frame information: what a module's .eh_frame says about one program counter. Three steps, a file each:
// find the description of the function (cfi_find.cpp), run its program up to the counter (cfi_run.cpp), and evaluate
// an expression against registers (cfi_expression.cpp).
//
// Side:    agent, floor 2 (record).
// Source:  DWARF 5 §6.4 and LSB 5 §10.6; registers in the numbering of the x86-64 psABI.
// Threads: no state. Signals: async-signal-safe.
// Memory:  none; a Program is 4 KiB, so callers keep one outside the host's stack, which may be small.
#pragma once

#include <cstdint>

namespace prof::cfi {

enum Register : uint8_t { rax, rdx, rcx, rbx, rsi, rdi, rbp, rsp, return_address = 16, register_count = 17 };

// One function's description.
struct Description {
    const uint8_t* initial;  // instructions of the common part
    const uint8_t* initial_end;
    const uint8_t* own;  // instructions of this function
    const uint8_t* own_end;
    uint64_t start, bytes;  // code range
    uint64_t code_alignment;
    int64_t data_alignment;
    bool signal_frame;
};

// Finds the description of `pc` by a module's .eh_frame_hdr. False: there is none.
bool find(const uint8_t* eh_frame_header, uint64_t pc, Description& out) noexcept;

enum class How : uint8_t { same, undefined, at_offset, is_offset, in_register, at_expression, is_expression };

struct RegisterRule {
    How how;
    int64_t value;              // offset from the CFA, or a register's number
    const uint8_t* expression;  // its length comes first
};

struct Row {
    const uint8_t* cfa_expression;  // null: cfa_register + cfa_offset
    int64_t cfa_offset;
    uint64_t cfa_register;
    RegisterRule registers[register_count];
};

struct Program {
    static constexpr unsigned max_remembered = 8;
    Row row;
    Row initial;
    Row remembered[max_remembered];
    unsigned remembered_count;
};

// Runs `description` up to `pc`; program.row then holds there. False: an instruction that we do not know.
bool run(const Description& description, uint64_t pc, Program& program) noexcept;

// Memory as an expression sees it. False: not readable.
struct Memory {
    bool (*read)(void* context, uint64_t address, uint64_t& word) noexcept;
    void* context;
};

// Evaluates a length-prefixed expression. `start`: what is on its stack at first (the CFA for register rules).
bool evaluate(const uint8_t* expression, const uint64_t (&registers)[register_count], const uint64_t* start,
              Memory memory, uint64_t& result) noexcept;

}  // namespace prof::cfi

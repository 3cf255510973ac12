// SPDX-License-Identifier: MIT
//
// The slow walk: follows all registers, from our own frames outwards. See walk.h.
//
// Side:    agent, floor 2 (record).
// For stacks with a signal frame, a CFA in another register, or an expression: exact, a microsecond a frame, nothing
// remembered. It begins in this file, whose own description tells what the hook's caller kept in rbx and r12 to r15.
#include <asm/unistd.h>
#include <sys/uio.h>

#include "base/syscalls.h"
#include "cfi.h"
#include "modules.h"
#include "stack_word.h"
#include "state.h"
#include "walk.h"

namespace prof::walk {
namespace {

using Registers = uint64_t[cfi::register_count];

constexpr unsigned max_own_frames = 64;
constexpr uint64_t max_frame_bytes = uint64_t{1} << 40;

struct Cursor {
    Thread& thread;
    Registers registers;
    bool interrupted;  // pc is the next instruction, not a return address
    uint64_t generation = 0;
    const uint8_t* module = nullptr;  // its call frame information, of the frame that the last step left
    uint64_t function = 0;            // where that frame's function begins
};

bool read_word(void* context, uint64_t address, uint64_t& word) noexcept {
    auto& cursor = *static_cast<Cursor*>(context);
    uint64_t low = cursor.registers[cfi::rsp];
    const Thread& thread = cursor.thread;
    if (low >= thread.stack_low && address >= low && address + 8 <= thread.stack_high) {
        word = stack_word(reinterpret_cast<const uint64_t*>(address));
        return true;
    }
    iovec here{&word, sizeof(word)}, there{reinterpret_cast<void*>(address), sizeof(word)};
    return sys::call(__NR_process_vm_readv, state().pid, reinterpret_cast<long>(&here), 1,
                     reinterpret_cast<long>(&there), 1, 0) == sizeof(word);
}

bool value_of(Cursor& cursor, const cfi::RegisterRule& rule, unsigned number, uint64_t cfa, uint64_t& value) noexcept {
    using cfi::How;
    cfi::Memory memory{&read_word, &cursor};
    switch (rule.how) {
        case How::same:
            value = number == cfi::rsp ? cfa : cursor.registers[number];
            return true;
        case How::undefined:
            value = 0;
            return true;
        case How::at_offset:
            return read_word(&cursor, cfa + static_cast<uint64_t>(rule.value), value);
        case How::is_offset:
            value = cfa + static_cast<uint64_t>(rule.value);
            return true;
        case How::in_register:
            if (static_cast<uint64_t>(rule.value) >= cfi::register_count) return false;
            value = cursor.registers[rule.value];
            return true;
        case How::is_expression:
            return cfi::evaluate(rule.expression, cursor.registers, &cfa, memory, value);
        case How::at_expression: {
            uint64_t address = 0;
            return cfi::evaluate(rule.expression, cursor.registers, &cfa, memory, address) &&
                   read_word(&cursor, address, value);
        }
    }
    return false;
}

bool cfa_of(Cursor& cursor, const cfi::Row& row, uint64_t& cfa) noexcept {
    if (row.cfa_expression != nullptr)
        return cfi::evaluate(row.cfa_expression, cursor.registers, nullptr, {&read_word, &cursor}, cfa);
    if (row.cfa_register >= cfi::register_count) return false;
    cfa = cursor.registers[row.cfa_register] + static_cast<uint64_t>(row.cfa_offset);
    return true;
}

// One frame out. `met` means: go on.
End step(Cursor& cursor) noexcept {
    uint64_t pc = cursor.registers[cfi::return_address] - (cursor.interrupted ? 0 : 1);
    modules::Found module;
    cfi::Description description;
    cursor.generation = 0;
    if (!modules::find(pc, module)) return End::incomplete;
    cursor.generation = uint64_t{module.generation} << 48;
    cursor.module = module.eh_frame_header;
    if (!cfi::find(module.eh_frame_header, pc, description)) return is_loader(pc) ? End::complete : End::incomplete;
    cursor.function = description.start;
    cfi::Program& program = *cursor.thread.program;
    if (!cfi::run(description, pc, program)) return End::incomplete;
    if (program.row.registers[cfi::return_address].how == cfi::How::undefined) return End::complete;
    uint64_t cfa = 0;
    Registers next;
    if (!cfa_of(cursor, program.row, cfa)) return End::incomplete;
    for (unsigned i = 0; i < cfi::register_count; ++i)
        if (!value_of(cursor, program.row.registers[i], i, cfa, next[i])) return End::incomplete;
    bool outward = next[cfi::rsp] > cursor.registers[cfi::rsp];
    if (!description.signal_frame && !outward) return End::incomplete;
    for (unsigned i = 0; i < cfi::register_count; ++i) cursor.registers[i] = next[i];
    cursor.interrupted = description.signal_frame;
    return next[cfi::return_address] == 0 ? End::complete : End::met;
}

// The registers as they are here. Those that calls do not keep are of no use further out, and stay 0.
[[gnu::always_inline]] inline void read_registers(Registers& to) noexcept {
    for (uint64_t& value : to) value = 0;
    asm volatile(
        "movq %%rbx, 24(%0)\n\t"
        "movq %%rbp, 48(%0)\n\t"
        "movq %%rsp, 56(%0)\n\t"
        "movq %%r12, 96(%0)\n\t"
        "movq %%r13, 104(%0)\n\t"
        "movq %%r14, 112(%0)\n\t"
        "movq %%r15, 120(%0)\n\t"
        "leaq 1f(%%rip), %%rax\n\t"
        "movq %%rax, 128(%0)\n"
        "1:"
        :
        : "r"(&to[0])
        : "rax", "memory");
}

bool leave_own_frames(Cursor& cursor, const recorder::Caller& caller) noexcept {
    for (unsigned i = 0; i < max_own_frames; ++i) {
        if (cursor.registers[cfi::rsp] == caller.stack_pointer) return true;
        if (step(cursor) != End::met) return false;
    }
    return false;
}

// Whether the frame that was left had kept, somewhere, what calls keep.
bool has_kept_all(const cfi::Row& row) noexcept {
    for (const unsigned number : {3u, 6u, 12u, 13u, 14u, 15u})  // rbx, rbp, r12 to r15
        if (row.registers[number].how == cfi::How::undefined) return false;
    return true;
}

bool leave_function(Cursor& cursor, uintptr_t function) noexcept {
    const uint8_t* module = nullptr;
    for (unsigned i = 0; i < max_own_frames; ++i) {
        if (step(cursor) != End::met || !has_kept_all(cursor.thread.program->row)) return false;
        if (module != nullptr && module != cursor.module) return false;
        module = cursor.module;
        if (cursor.function == function) return true;
    }
    return false;
}

}  // namespace

[[gnu::noinline]] bool undo_calls(Thread& thread, const recorder::Caller& caller, uintptr_t function,
                                  uint64_t (&registers)[recorder::register_count]) noexcept {
    static_assert(cfi::register_count == recorder::register_count);
    Cursor cursor{.thread = thread, .registers = {}, .interrupted = true};
    read_registers(cursor.registers);
    if (!leave_own_frames(cursor, caller) || (function != 0 && !leave_function(cursor, function))) return false;
    for (unsigned i = 0; i < cfi::register_count; ++i) registers[i] = cursor.registers[i];
    return true;
}

[[gnu::noinline]] End follow_all_registers(Thread& thread, const recorder::Caller& caller, uint32_t& count) noexcept {
    Cursor cursor{.thread = thread, .registers = {}, .interrupted = true};
    read_registers(cursor.registers);
    count = 0;
    if (!leave_own_frames(cursor, caller)) return End::incomplete;
    for (;;) {
        if (count == thread.memo.capacity && !threads::grow(thread)) return End::truncated;
        Fresh& fresh = thread.fresh[count++];
        // An interrupted instruction is noted one byte on, so that "one before" is within it, as for a call.
        fresh.pc = cursor.registers[cfi::return_address] + (cursor.interrupted ? 1 : 0);
        End end = step(cursor);
        fresh.rule = cursor.generation;
        if (end != End::met) return end;
    }
}

}  // namespace prof::walk

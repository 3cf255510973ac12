// SPDX-License-Identifier: MIT
//
// The registers of a thread, numbered as DWARF numbers them for x86-64: 0 rax, 1 rdx, 2 rcx, 3 rbx, 4 rsi, 5 rdi,
// 6 rbp, 7 rsp, 8–15 r8–r15, 16 the return address.
//
// Side: agent, floor 3 (snapshot). Signals: async-signal-safe.
#pragma once

#include <ucontext.h>

#include <cstdint>

namespace prof::snapshot {

struct Registers {
    enum : unsigned { stack_pointer = 7, program_counter = 16, count = 17 };
    uint64_t value[count];
    // Where the kernel saved all of them, the vector registers too, when a signal interrupted the thread; else both 0.
    uintptr_t frame_start, frame_end;
};

// Of the calling thread, here and now.
__attribute__((always_inline)) inline void capture(Registers& registers) noexcept {
    __asm__ volatile(
        "mov %%rax, 0(%0)\n\t"
        "mov %%rdx, 8(%0)\n\t"
        "mov %%rcx, 16(%0)\n\t"
        "mov %%rbx, 24(%0)\n\t"
        "mov %%rsi, 32(%0)\n\t"
        "mov %%rdi, 40(%0)\n\t"
        "mov %%rbp, 48(%0)\n\t"
        "mov %%rsp, 56(%0)\n\t"
        "mov %%r8, 64(%0)\n\t"
        "mov %%r9, 72(%0)\n\t"
        "mov %%r10, 80(%0)\n\t"
        "mov %%r11, 88(%0)\n\t"
        "mov %%r12, 96(%0)\n\t"
        "mov %%r13, 104(%0)\n\t"
        "mov %%r14, 112(%0)\n\t"
        "mov %%r15, 120(%0)\n\t"
        "leaq 0(%%rip), %%r11\n\t"
        "mov %%r11, 128(%0)\n\t"
        :
        : "r"(registers.value)
        : "r11", "memory");
    registers.frame_start = registers.frame_end = 0;
}

// The end of the kernel's frame: it says its own length behind the legacy part (asm/sigcontext.h, struct
// _fpx_sw_bytes).
inline uintptr_t frame_end(const ucontext_t& context) noexcept {
    constexpr size_t legacy_bytes = 512, at_magic = 464, at_size = 468;
    constexpr uint32_t magic = 0x46505853, most_bytes = 16384;
    const auto* saved = reinterpret_cast<const char*>(context.uc_mcontext.fpregs);
    if (saved == nullptr) return reinterpret_cast<uintptr_t>(&context + 1);
    uint32_t found, bytes;
    __builtin_memcpy(&found, saved + at_magic, sizeof found);
    __builtin_memcpy(&bytes, saved + at_size, sizeof bytes);
    const bool is_extended = found == magic && bytes > legacy_bytes && bytes <= most_bytes;
    return reinterpret_cast<uintptr_t>(saved) + (is_extended ? bytes : legacy_bytes);
}

// Of a thread that a signal interrupted.
inline void capture(Registers& registers, const ucontext_t& context) noexcept {
    constexpr int order[Registers::count] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
                                             REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                             REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
    for (unsigned i = 0; i < Registers::count; ++i) {
        registers.value[i] = static_cast<uint64_t>(context.uc_mcontext.gregs[order[i]]);
    }
    registers.frame_start = reinterpret_cast<uintptr_t>(&context);
    registers.frame_end = frame_end(context);
}

// The word that %fs points to: the thread's control block, with its thread-local storage below.
inline uintptr_t thread_pointer() noexcept {
    uintptr_t pointer;
    __asm__("mov %%fs:0, %0" : "=r"(pointer));
    return pointer;
}

}  // namespace prof::snapshot

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
}

// Of a thread that a signal interrupted.
inline void capture(Registers& registers, const ucontext_t& context) noexcept {
    constexpr int order[Registers::count] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP, REG_R8,
                                             REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
    for (unsigned i = 0; i < Registers::count; ++i) {
        registers.value[i] = static_cast<uint64_t>(context.uc_mcontext.gregs[order[i]]);
    }
}

// The word that %fs points to: the thread's control block, with its thread-local storage below.
inline uintptr_t thread_pointer() noexcept {
    uintptr_t pointer;
    __asm__("mov %%fs:0, %0" : "=r"(pointer));
    return pointer;
}

}  // namespace prof::snapshot

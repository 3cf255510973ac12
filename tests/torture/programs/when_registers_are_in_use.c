/* SPDX-License-Identifier: MIT
 *
 * Every register that a call may not change, and the direction flag, over thousands of calls while snapshots are
 * taken.
 * Side: tests.
 */
#include "world.h"

static long once(void) {
    long wrong = 0;
    __asm__ volatile(
        "mov $0x1111, %%rbx\n mov $0x2222, %%r12\n mov $0x3333, %%r13\n mov $0x4444, %%r14\n mov $0x5555, %%r15\n"
        "mov $300, %%edi\n call malloc@plt\n mov %%rax, %%rdi\n call free@plt\n"
        "xor %%eax, %%eax\n"
        "cmp $0x1111, %%rbx\n setne %%al\n mov %%rax, %0\n cmp $0x2222, %%r12\n setne %%al\n add %%rax, %0\n"
        "cmp $0x3333, %%r13\n setne %%al\n add %%rax, %0\n cmp $0x4444, %%r14\n setne %%al\n add %%rax, %0\n"
        "cmp $0x5555, %%r15\n setne %%al\n add %%rax, %0\n"
        : "=&m"(wrong)
        :
        : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory",
          "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
          "xmm12", "xmm13", "xmm14", "xmm15");
    return wrong;
}

int main(void) {
    long wrong = 0;
    const double began = seconds_now();
    do wrong += once();
    while (still_time(began));
    say("wrong %ld\n", wrong);
    world();
    return 0;
}

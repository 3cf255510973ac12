// SPDX-License-Identifier: MIT
//
// What is held at the end, and what only looks so. Side: tests.  last_words WHAT
//
//   return    main fills its frame with pointers to a block of 1818 bytes, and returns: that block is lost
//   others    six blocks of 1818 bytes are known to nobody but the registers that calls keep, when the function that
//   the
//             word names is called: they are held
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

namespace {

constexpr int registers = 6;
void* kept[registers];

[[noreturn]] void end_with_all_in_registers(void (*end)(int)) {
    asm volatile(
        "movq %%rax, %%r10\n\t"
        "movq 0(%%rdx), %%rbx\n\t"
        "movq 8(%%rdx), %%rbp\n\t"
        "movq 16(%%rdx), %%r12\n\t"
        "movq 24(%%rdx), %%r13\n\t"
        "movq 32(%%rdx), %%r14\n\t"
        "movq 40(%%rdx), %%r15\n\t"
        "movq %%rdx, %%rdi\n\t"
        "xorl %%eax, %%eax\n\t"
        "movl $6, %%ecx\n\t"
        "rep stosq\n\t"
        "andq $-16, %%rsp\n\t"
        "xorl %%edi, %%edi\n\t"
        "call *%%r10\n\t"
        "hlt"
        :
        : "a"(end), "d"(kept)
        : "memory");
    __builtin_unreachable();
}

// Deep enough that what looks for the end of the program, and writes its snapshot, does not write over all of it.
__attribute__((noinline)) void litter_the_stack(void* block) {
    void* volatile copies[20'000];
    for (auto& copy : copies) copy = block;
}

}  // namespace

int main(int, char** argv) {
    if (std::strcmp(argv[1], "return") == 0) {
        litter_the_stack(std::malloc(1818));
        return 0;
    }
    for (void*& block : kept) block = std::malloc(1818);
    if (std::strcmp(argv[1], "exit") == 0) end_with_all_in_registers(std::exit);
    if (std::strcmp(argv[1], "quick_exit") == 0) end_with_all_in_registers(std::quick_exit);
    if (std::strcmp(argv[1], "_exit") == 0) end_with_all_in_registers(_exit);
    return 2;
}

// SPDX-License-Identifier: MIT
//
// Two stacks that differ in a saved rbp alone. Hand-written frames, since compilers make such a pair only by chance:
//
//   outer_a / outer_b      calls middle; finds its own CFA by rbp
//   middle(pointer)        saves rbp, points it at `pointer`, calls leaf through the same return address, restores it
//
// While `middle` runs, leaf's walk finds in middle's frame the saved rbp. Between two allocations the test changes
// nothing but that word and what it points to: the return addresses that were remembered are all still in place, and
// the walk must nevertheless come out elsewhere.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern "C" {
void* test_allocate(void);
void run_with_frame(void* frame);  // middle: rbp = frame while it calls test_allocate
extern char return_one[], return_two[];
}

// run_with_frame's caller is described by rbp alone: CFA = rbp + 16, return address at CFA - 8, saved rbp at CFA - 16.
// So what rbp points to decides the rest of the walk, wherever the stack pointer is.
asm(R"(
    .text
    .globl run_with_frame
    .type run_with_frame, @function
run_with_frame:
    .cfi_startproc
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register rbp
    pushq %rbx
    .cfi_offset rbx, -24
    movq (%rbp), %rbx
    movq %rdi, (%rbp)
    subq $8, %rsp
    call test_allocate
    addq $8, %rsp
    movq %rbx, (%rbp)
    popq %rbx
    popq %rbp
    .cfi_def_cfa rsp, 8
    ret
    .cfi_endproc
    .size run_with_frame, . - run_with_frame
)");

extern "C" __attribute__((noinline)) void* test_allocate(void) {
    void* volatile block = malloc(24);
    free(block);
    return block;
}

static volatile long sink;

// Frame records as `push rbp; mov rsp, rbp` leaves them: [saved rbp][return address].
struct Record {
    Record* caller;
    void* return_address;
};

#define KEEP __attribute__((noinline, noclone, noipa, optimize("no-omit-frame-pointer")))

// Two outer functions at one stack depth, and between them and run_with_frame an unchanged one whose CFA is by rbp.
KEEP static void between(Record* record, int rounds) {
    volatile char room[64];
    room[0] = static_cast<char>(rounds);
    run_with_frame(record);
    sink = sink + room[0];
}

KEEP static void inner(int rounds) {
    auto* own = static_cast<Record*>(__builtin_frame_address(0));
    // The caller's record, and the one a level further out: either is a frame that the walk could go on from, as
    // `between` is described by rbp.
    Record* choices[] = {own, own->caller};
    for (int i = 0; i < rounds; ++i) {
        between(choices[i & 1], i);
        if (i % 3 == 0) test_allocate();  // a stack without those frames, so that they are found again in a path
    }
}

KEEP static void level_a(int rounds) {
    inner(rounds);
    sink = sink + 1;
}
KEEP static void level_b(int rounds) {
    level_a(rounds);
    sink = sink + 2;
}

int main() {
    level_b(200);
    puts("saved_rbp");
}

// SPDX-License-Identifier: MIT
//
// Frames that deceive a memo: each case leaves an inner part of the stack as it was, while something further out
// changed. Compare with the oracle (tests/agent/oracle).
#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEP __attribute__((noinline, noclone, noipa))

static volatile long sink;

KEEP static void allocate() {
    void* volatile block = malloc(24);
    free(block);
}

// A deep unchanged part, then a frame that was entered from elsewhere: its return address alone differs, many slots
// further out.
KEEP static void inner(int depth) {
    if (depth == 0)
        allocate();
    else
        inner(depth - 1);
    sink = sink + 1;
}

KEEP static void from_a() {
    inner(40);
    sink = sink + 2;
}
KEEP static void from_b() {
    inner(40);
    sink = sink + 3;
}

// alloca and a variable-length frame: CFA by rbp. The two callers have frames of the same size.
KEEP static void with_alloca(int bytes, int depth) {
    char* room = static_cast<char*>(alloca(static_cast<size_t>(bytes)));
    memset(room, depth, static_cast<size_t>(bytes));
    inner(depth);
    sink = sink + room[0];
}

KEEP static void alloca_a(int bytes) {
    with_alloca(bytes, 3);
    sink = sink + 4;
}
KEEP static void alloca_b(int bytes) {
    with_alloca(bytes, 3);
    sink = sink + 5;
}

// Realigned frames: GCC keeps the CFA in memory.
KEEP static void aligned_frame(int depth) {
    alignas(128) char room[256];
    memset(room, depth, sizeof room);
    if (depth == 0)
        allocate();
    else
        aligned_frame(depth - 1);
    sink = sink + room[9];
}

// A frame larger than two pages.
KEEP static void large_frame(int depth) {
    char room[20000];
    memset(room, depth, sizeof room);
    inner(depth);
    sink = sink + room[77];
}

// The same frame of alloca, moved: a chain of rbp frames in which only a *saved rbp* tells the two apart. `moved`
// shifts the outer frame; `pinned` is compiled to find its CFA by rbp.
KEEP static void pinned(int bytes) {
    volatile char* room = static_cast<char*>(alloca(static_cast<size_t>(bytes)));
    room[0] = 1;
    allocate();
    sink = sink + room[0];
}

KEEP static void moved(int outer, int total) {
    volatile char* room = static_cast<char*>(alloca(static_cast<size_t>(outer)));
    room[0] = 1;
    pinned(total - outer);
    sink = sink + room[0];
}

KEEP static void odd(int i) {
    moved(16 * (i % 31 + 1), 1024);
    sink = sink + 6;
}
KEEP static void even(int i) {
    moved(16 * (i % 29 + 1), 1024);
    sink = sink + 7;
}

int main() {
    for (int i = 0; i < 300; ++i) {
        if (i % 3 == 0) from_a();
        if (i % 3 != 1) from_b();
        alloca_a(64 + 16 * (i % 5));
        alloca_b(64 + 16 * (i % 7));
        aligned_frame(i % 9);
        large_frame(i % 4);
        odd(i);
        even(i);
    }
    puts("frames");
}

// SPDX-License-Identifier: MIT
//
// A few stacks in turn that begin alike: the same innermost (pc, stack pointer), and further out another return address
// or another saved rbp, so that whoever knows a stack again by its innermost frame is wrong. Compare with the oracle
// (tests/agent/oracle).
#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>

#define KEEP __attribute__((noinline, noclone, noipa))

static volatile long sink;

KEEP static void allocate() {
    void* volatile block = malloc(24);
    free(block);
}

// Three levels with two callers each, and frames of one size: eight stacks, one stack pointer.
KEEP static void one() {
    allocate();
    sink = sink + 1;
}
KEEP static void two_a() {
    one();
    sink = sink + 2;
}
KEEP static void two_b() {
    one();
    sink = sink + 3;
}
KEEP static void three_a(bool a) {
    if (a)
        two_a();
    else
        two_b();
    sink = sink + 4;
}
KEEP static void three_b(bool a) {
    if (a)
        two_a();
    else
        two_b();
    sink = sink + 5;
}
KEEP static void four_a(unsigned way) {
    if (way & 2)
        three_a(way & 1);
    else
        three_b(way & 1);
    sink = sink + 6;
}
KEEP static void four_b(unsigned way) {
    if (way & 2)
        three_a(way & 1);
    else
        three_b(way & 1);
    sink = sink + 7;
}

// From elsewhere, so that the last stack is another one.
KEEP static void elsewhere() {
    void* volatile block = malloc(40);
    free(block);
    sink = sink + 8;
}

// `pinned` stands at one place with one return address, whatever `outer` is; its saved rbp alone says where `moved`
// stands.
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

KEEP static void moved_a(int i) {
    moved(16 * (i % 3 + 1), 1024);
    sink = sink + 9;
}
KEEP static void moved_b(int i) {
    volatile char room[256];
    room[i] = 1;
    moved(16 * (i % 3 + 1), 1024);
    sink = sink + room[i];
}

int main() {
    unsigned state = 1;
    for (int i = 0; i < 3000; ++i) {
        state = state * 1664525 + 1013904223;
        unsigned way = state >> 24;
        if (way & 4)
            four_a(way);
        else
            four_b(way);
        if (way & 8) elsewhere();
        if (way & 16)
            moved_a(static_cast<int>(way) & 7);
        else
            moved_b(static_cast<int>(way) & 7);
        if (way & 32) elsewhere();
    }
    puts("paths");
}

// SPDX-License-Identifier: MIT
//
// A library for modules.cpp, built twice with different code under one layout of exports.
#include <stdlib.h>

static volatile long sink;

#ifdef PLUGIN_B
__attribute__((noinline)) static void deeper(int depth) {
    volatile char room[200];
    room[0] = static_cast<char>(depth);
    void* volatile block = malloc(24);
    free(block);
    sink = sink + room[0];
}
extern "C" void plugin_run(int depth) {
    if (depth > 0) plugin_run(depth - 1);
    deeper(depth);
    sink = sink + 1;
}
#else
extern "C" void plugin_run(int depth) {
    void* volatile block = malloc(24);
    free(block);
    if (depth > 0) plugin_run(depth - 1);
    sink = sink + 1;
}
#endif

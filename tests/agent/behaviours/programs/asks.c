// SPDX-License-Identifier: MIT
//
// Asks the agent through prof.h. Side: tests.  asks PATH [second]
// With `second` the heap grows and a second snapshot goes to the same path; what that said is printed.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <prof/prof.h>

static void* kept[100000];

int main(int argc, char** argv) {
    struct prof_memory memory = {0};
    for (int i = 0; i < 10; ++i) kept[i] = malloc(6001);
    printf("recording %d\n", prof_recording());
    prof_set_recording(0);
    for (int i = 10; i < 20; ++i) kept[i] = malloc(6001);
    printf("stopped %d\n", prof_recording());
    prof_set_recording(1);
    for (int i = 20; i < 25; ++i) kept[i] = malloc(6001);
    const int known = prof_traced_memory(&memory);
    printf("memory %d live %d\n", known, memory.live_bytes >= 15 * 6001);
    printf("snapshot %d\n", prof_take_snapshot(argc > 1 ? argv[1] : NULL));
    if (argc > 2) {
        for (int i = 25; i < 100000; ++i) kept[i] = malloc(100);
        errno = 0;
        const int result = prof_take_snapshot(argv[1]);
        printf("second %d %s\n", result, strerror(errno));
    }
    printf("running %d\n", (int)(kept[0] != NULL));
    return 0;
}

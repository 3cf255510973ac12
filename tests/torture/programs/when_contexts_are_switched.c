/* SPDX-License-Identifier: MIT
 *
 * swapcontext between stacks that the program allocated, in a ring, each of them allocating.
 * Side: tests.
 */
#include <ucontext.h>

#include "world.h"

enum { rings = 8, bytes = 64 << 10 };
static ucontext_t at_home, contexts[rings];
static long passed;
static double began;

static void runs(int number) {
    for (int i = 0; i < 50 || still_time(began); ++i) {
        void* block = malloc(100 + (size_t)number);
        ++passed;
        swapcontext(&contexts[number], &contexts[(number + 1) % rings]);
        free(block);
    }
    setcontext(&at_home);
}

int main(void) {
    began = seconds_now();
    for (int i = 0; i < rings; ++i) {
        getcontext(&contexts[i]);
        contexts[i].uc_stack.ss_sp = malloc(bytes);
        contexts[i].uc_stack.ss_size = bytes;
        contexts[i].uc_link = &at_home;
        makecontext(&contexts[i], (void (*)(void))runs, 1, i);
    }
    swapcontext(&at_home, &contexts[0]);
    say("passed %d\n", passed > 100);
    for (int i = 0; i < rings; ++i) free(contexts[i].uc_stack.ss_sp);
    world();
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * longjmp out of deep calls and siglongjmp out of handlers that interrupted an allocation's caller, again and again.
 * Side: tests.
 */
#include <setjmp.h>

#include "world.h"

static jmp_buf deep;
static sigjmp_buf from_handler;
static volatile sig_atomic_t may_jump, jumped;

static void goes_down(int depth) {
    char* block = malloc((size_t)depth + 1);
    *block = 1;
    free(block);
    if (depth == 0) longjmp(deep, 1);
    goes_down(depth - 1);
}

static void handler(int number) {
    (void)number;
    if (!may_jump) return;
    may_jump = 0;
    ++jumped;
    siglongjmp(from_handler, 1);
}

int main(void) {
    for (int i = 0; i < 2000; ++i)
        if (setjmp(deep) == 0) goes_down(i % 50);
    signal(SIGALRM, handler);
    const struct itimerval often = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &often, NULL);
    const double began = seconds_now();
    while (still_time(began) || jumped < 10) {
        if (sigsetjmp(from_handler, 1) == 0) {
            may_jump = 1;
            for (volatile int i = 0; i < 100000; ++i) {
            }
            may_jump = 0;
        }
        free(malloc(10));
    }
    setitimer(ITIMER_REAL, &never, NULL);
    signal(SIGALRM, SIG_DFL);
    say("jumped %d\n", jumped >= 10);
    errno = 0;
    world();
    return 0;
}

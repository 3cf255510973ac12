/* SPDX-License-Identifier: MIT
 *
 * A handler that allocates on an alternate stack, in the midst of a program that computes; nothing is locked
 * meanwhile.
 * Side: tests.
 */
#include "world.h"

static volatile sig_atomic_t rang;

static void handler(int number) {
    (void)number;
    const int kept = errno;
    char* block = malloc(100 + (size_t)rang);
    *block = 1;
    free(realloc(block, 3000));
    ++rang;
    errno = kept;
}

int main(void) {
    stack_t stack = {.ss_size = 64 << 10, .ss_sp = malloc(64 << 10)};
    sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK | SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
    struct itimerval often = {{0, 500}, {0, 500}};
    setitimer(ITIMER_REAL, &often, NULL);
    double sum = 0;
    const double began = seconds_now();
    for (long i = 1; still_time(began) || rang < 20; ++i) sum += 1.0 / (double)i;
    const struct itimerval never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &never, NULL);
    say("rang %d, sum %d\n", rang >= 20, sum > 1);
    world();
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * A program that has handlers of its own for all signals is told of those that it sends itself, and of no others.
 * torture: not in run and follow: a signal of `heapkit run` may come before the program has taken it
 * Side: tests.
 */
#include "world.h"

static volatile sig_atomic_t heard[NSIG];
static void handler(int number) { ++heard[number]; }

int main(void) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    for (int number = 1; number < NSIG; ++number) sigaction(number, &action, NULL);
    const double began = seconds_now();
    while (still_time(began)) free(malloc(100));
    for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) raise(number);
    raise(SIGUSR1);
    for (int number = 1; number < NSIG; ++number)
        if (heard[number]) say("heard %d %d times\n", number, heard[number]);
    errno = 0;
    world();
    return 0;
}

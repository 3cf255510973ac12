/* SPDX-License-Identifier: MIT
 *
 * A daemon's beginning: every signal set to its default, and later to be ignored; snapshots go on all the while.
 * Side: tests.
 */
#include "world.h"

static void for_all(void (*handler)(int)) {
    int refused = 0;
    for (int number = 1; number < NSIG; ++number) refused += signal(number, handler) == SIG_ERR;
    say("refused %d\n", refused);
}

int main(void) {
    for_all(SIG_DFL);
    const double began = seconds_now();
    while (still_time(began)) free(malloc(100));
    struct sigaction ignored = {.sa_handler = SIG_IGN};
    int were_default = 0;
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction before;
        if (number != SIGCHLD && sigaction(number, &ignored, &before) == 0)
            were_default += before.sa_handler == SIG_DFL;
    }
    say("were default %d\n", were_default);
    const double again = seconds_now();
    struct timespec nap = {.tv_nsec = 50000000};
    while (still_time(again)) nanosleep(&nap, NULL);
    errno = 0;
    world();
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * Death by a signal that the program sends itself in the midst of allocations: the status says so, and nothing hangs.
 * torture: leaves nothing
 * Side: tests.
 */
#include "world.h"

static void* churn(void* unused) {
    for (;;) free(malloc(100));
    return unused;
}

int main(void) {
    world();
    pthread_t thread;
    pthread_create(&thread, NULL, churn, NULL);
    const double began = seconds_now();
    while (still_time(began)) free(malloc(10));
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

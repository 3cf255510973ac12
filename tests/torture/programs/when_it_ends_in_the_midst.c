/* SPDX-License-Identifier: MIT
 *
 * exit() from one thread while others allocate and free without a pause, and from within an atexit handler's thread.
 * Side: tests.
 */
#include <stdatomic.h>

#include "world.h"

static void* churn(void* unused) {
    for (;;) free(realloc(malloc(100), 2000));
    return unused;
}

static void* ends(void* unused) {
    free(malloc(50));
    exit(23);
    return unused;
}

static void at_exit(void) { free(malloc(1000)), say("atexit\n"); }

int main(void) {
    world();
    atexit(at_exit);
    pthread_t threads[4];
    for (int i = 0; i < 3; ++i) pthread_create(&threads[i], NULL, churn, NULL);
    const double began = seconds_now();
    while (still_time(began)) free(malloc(10));
    pthread_create(&threads[3], NULL, ends, NULL);
    pthread_join(threads[3], NULL);
    for (;;) pause();
}

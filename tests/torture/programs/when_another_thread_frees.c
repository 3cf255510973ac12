/* SPDX-License-Identifier: MIT
 *
 * Blocks that one thread allocates and another frees, in both directions, without a pause.
 * Side: tests.
 */
#include <stdatomic.h>

#include "world.h"

enum { places = 256 };
static _Atomic(void*) table[places];
static double began;
static atomic_long freed;

static void* churn(void* seed) {
    unsigned state = (unsigned)(size_t)seed;
    do {
        for (int i = 0; i < 1000; ++i) {
            state = state * 1664525 + 1013904223;
            void* fresh = malloc(1 + (state >> 20));
            *(char*)fresh = 1;
            void* old = atomic_exchange(&table[state >> 24], fresh);
            freed += old != NULL;
            free(old);
        }
    } while (still_time(began));
    return NULL;
}

int main(void) {
    began = seconds_now();
    pthread_t threads[4];
    for (size_t i = 0; i < 4; ++i) pthread_create(&threads[i], NULL, churn, (void*)(i + 1));
    for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
    for (int i = 0; i < places; ++i) free(table[i]);
    say("some %d\n", freed > 1000);
    world();
    return 0;
}

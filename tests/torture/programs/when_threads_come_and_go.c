/* SPDX-License-Identifier: MIT
 *
 * Thousands of short threads, joined and detached, each with blocks that it leaves behind.
 * Side: tests.
 */
#include <semaphore.h>

#include "world.h"

static sem_t ended;

static void* lives_shortly(void* number) {
    free(malloc((size_t)number * 3 + 1));
    void* left = calloc(1, 64);
    sem_post(&ended);
    return left;
}

int main(void) {
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    sem_init(&ended, 0, 0);
    int failed = 0, begun = 0;
    for (int i = 0; i < times(500); ++i) {
        pthread_t threads[4];
        for (size_t j = 0; j < 4; ++j) failed += pthread_create(&threads[j], NULL, lives_shortly, (void*)j) != 0;
        for (int j = 0; j < 4; ++j) {
            void* block = NULL;
            pthread_join(threads[j], &block);
            free(block);
        }
        begun += 4;
        pthread_t alone;
        if (i % 10 == 0) failed += pthread_create(&alone, &detached, lives_shortly, (void*)7) != 0, ++begun;
    }
    for (; begun > 0; --begun)
        while (sem_wait(&ended) != 0) {
        }
    while (entries_of("/proc/self/task") != 1) sched_yield();
    errno = 0;
    say("failed %d\n", failed);
    world();
    return 0;
}

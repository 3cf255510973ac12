/* SPDX-License-Identifier: MIT
 *
 * Threads that are cancelled where they wait and, as they ask for it, at any instruction; their cleanup handlers
 * allocate.
 * Side: tests.
 */
#include "world.h"

static volatile int cleaned;

static void clean(void* block) {
    free(realloc(block, 4000));
    __sync_fetch_and_add(&cleaned, 1);
}

static void* deferred(void* unused) {
    pthread_cleanup_push(clean, malloc(10));
    for (;;) {
        free(malloc(100));
        pthread_testcancel();
    }
    pthread_cleanup_pop(0);
    return unused;
}

static void* waits(void* unused) {
    pthread_cleanup_push(clean, malloc(10));
    for (;;) pause();
    pthread_cleanup_pop(0);
    return unused;
}

static void* at_any_instruction(void* unused) {
    pthread_cleanup_push(clean, malloc(10));
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    for (volatile long i = 0;; ++i) {
    }
    pthread_cleanup_pop(0);
    return unused;
}

int main(void) {
    void* (*const kinds[])(void*) = {deferred, waits, at_any_instruction};
    int cancelled = 0;
    const double began = seconds_now();
    int rounds = 0;
    do {
        ++rounds;
        pthread_t threads[3];
        for (int i = 0; i < 3; ++i) pthread_create(&threads[i], NULL, kinds[i], NULL);
        for (int i = 0; i < 3; ++i) pthread_cancel(threads[i]);
        for (int i = 0; i < 3; ++i) {
            void* result = NULL;
            pthread_join(threads[i], &result);
            cancelled += result == PTHREAD_CANCELED;
        }
    } while (still_time(began));
    say("cancelled %d of %d\n", cancelled == 3 * rounds, 1);
    errno = 0;
    world();
    return 0;
}

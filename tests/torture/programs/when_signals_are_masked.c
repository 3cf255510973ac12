/* SPDX-License-Identifier: MIT
 *
 * Masks as threads inherit them and set them, over thousands of calls of the family while snapshots are taken.
 * Side: tests.
 */
#include "world.h"

static double began;

static void* thread(void* number) {
    sigset_t mine, now, kept;
    sigemptyset(&mine);
    sigaddset(&mine, SIGUSR1 + (int)(size_t)number % 2);
    sigaddset(&mine, SIGRTMIN + (int)(size_t)number);
    pthread_sigmask(SIG_SETMASK, &mine, &kept);
    long wrong = !sigismember(&kept, SIGTERM);
    do {
        free(malloc(500));
        pthread_sigmask(SIG_BLOCK, NULL, &now);
        wrong += memcmp(&now, &mine, 8) != 0;
    } while (still_time(began));
    return (void*)wrong;
}

int main(void) {
    began = seconds_now();
    sigset_t inherited;
    sigemptyset(&inherited);
    sigaddset(&inherited, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &inherited, NULL);
    pthread_t threads[4];
    long wrong = 0;
    for (size_t i = 0; i < 4; ++i) pthread_create(&threads[i], NULL, thread, (void*)i);
    for (int i = 0; i < 4; ++i) {
        void* result;
        pthread_join(threads[i], &result);
        wrong += (long)result;
    }
    say("wrong %ld\n", wrong);
    errno = 0;
    world();
    return 0;
}

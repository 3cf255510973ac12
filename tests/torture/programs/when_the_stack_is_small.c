/* SPDX-License-Identifier: MIT
 *
 * Threads on the smallest stack that there is, and a handler on a small alternate stack, allocate as they did.
 * Side: tests.
 */
#include "world.h"

static void* thread(void* unused) {
    (void)unused;
    for (int i = 0; i < 200; ++i) free(realloc(malloc(10 + (size_t)i), 1000));
    return malloc(77);
}

static void handler(int number) { free(realloc(malloc((size_t)number), 5000)); }

int main(void) {
    pthread_attr_t smallest;
    pthread_attr_init(&smallest);
    pthread_attr_setstacksize(&smallest, PTHREAD_STACK_MIN);
    const double began = seconds_now();
    do {
        pthread_t made;
        void* block = NULL;
        if (pthread_create(&made, &smallest, thread, NULL) != 0) return 1;
        pthread_join(made, &block);
        free(block);
    } while (still_time(began));
    const size_t bytes = (size_t)sysconf(_SC_MINSIGSTKSZ) + 8192;
    stack_t stack = {.ss_size = bytes, .ss_sp = malloc(bytes)};
    sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    sigaction(SIGUSR1, &action, NULL);
    for (int i = 0; i < 100; ++i) raise(SIGUSR1);
    stack.ss_flags = SS_DISABLE;
    sigaltstack(&stack, NULL);
    world();
    return 0;
}

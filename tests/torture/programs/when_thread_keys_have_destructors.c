/* SPDX-License-Identifier: MIT
 *
 * Destructors of thread-specific data that allocate and set the value anew, as often as POSIX lets them.
 * Side: tests.
 */
#include "world.h"

static pthread_key_t key, other;
static int rounds;

static void again(void* block) {
    ++rounds;
    free(block);
    pthread_setspecific(key, malloc(100));
}
static void once(void* block) { free(realloc(block, 5000)); }

static void* thread(void* unused) {
    pthread_setspecific(key, malloc(10));
    pthread_setspecific(other, malloc(20));
    return unused;
}

int main(void) {
    pthread_key_create(&key, again);
    pthread_key_create(&other, once);
    pthread_t made;
    pthread_create(&made, NULL, thread, NULL);
    pthread_join(made, NULL);
    say("keys %u %u, rounds %d\n", key, other, rounds);
    world();
    return 0;
}

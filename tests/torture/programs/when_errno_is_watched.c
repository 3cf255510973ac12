/* SPDX-License-Identifier: MIT
 *
 * No call of the family that succeeds touches errno, and free never does, also while snapshots are taken.
 * Side: tests.
 */
#include <malloc.h>

#include "world.h"

int main(void) {
    int touched = 0;
    const double began = seconds_now();
    do {
        errno = 4711;
        void* a = malloc(10);
        touched += errno != 4711;
        a = realloc(a, 1000);
        touched += errno != 4711;
        void* b = calloc(3, 5);
        void* c = memalign(64, 100);
        void* d = NULL;
        touched += posix_memalign(&d, 64, 100) != 0;
        void* e = aligned_alloc(32, 64);
        touched += errno != 4711;
        free(a), free(b), free(c), free(d), free(e), free(NULL);
        touched += errno != 4711;
        void* large = malloc(1 << 20);
        free(large);
        touched += errno != 4711;
    } while (still_time(began));
    say("touched %d\n", touched);
    world();
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * What malloc says of itself: mallinfo2, malloc_trim, mallopt: nothing of ours lies in the program's heap.
 * Side: tests.
 */
#include <malloc.h>

#include "world.h"

static void* kept[100];

static void shows(const char* when) {
    const struct mallinfo2 now = mallinfo2();
    static struct mallinfo2 before;
    say("%s: in use %+ld, mapped %+ld in %+ld, trimmed %d\n", when, (long)(now.uordblks - before.uordblks),
        (long)(now.hblkhd - before.hblkhd), (long)(now.hblks - before.hblks), 0);
    before = now;
}

int main(void) {
    free(malloc(64));
    shows("at first");
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    for (size_t i = 0; i < 100; ++i) kept[i] = malloc(i * 1000);
    shows("allocated");
    void* large = malloc(5 << 20);
    shows("large");
    const double began = seconds_now();
    while (still_time(began)) free(malloc(64));
    shows("later");
    free(large);
    for (int i = 0; i < 100; ++i) free(kept[i]);
    malloc_trim(0);
    shows("freed");
    world();
    return 0;
}

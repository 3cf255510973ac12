/* SPDX-License-Identifier: MIT
 *
 * Every function of the family with every edge: nothing, too much, products that overflow, alignments that are none.
 * Side: tests.
 */
#include <malloc.h>
#include <stdint.h>

#include "world.h"

static void* volatile sink;

static void given(const char* what, void* block) {
    say("%s: %s %s\n", what, block ? "a block" : "none", block || errno == 0 ? "" : strerrorname_np(errno));
    errno = 0;
    sink = block;
    free(block);
}

static void aligned(size_t alignment, size_t bytes) {
    void* block = (void*)1;
    const int error = posix_memalign(&block, alignment, bytes);
    say("posix_memalign %zu %zu: %s, block %s\n", alignment, bytes, error ? strerrorname_np(error) : "0",
        block == (void*)1                                ? "untouched"
        : block == NULL                                  ? "null"
        : (uintptr_t)block % (alignment ? alignment : 1) ? "crooked"
                                                         : "right");
    if (error == 0) free(block);
    errno = 0;
    block = aligned_alloc(alignment, bytes);
    say("aligned_alloc %zu %zu: ", alignment, bytes);
    given("", block);
    block = memalign(alignment, bytes);
    say("memalign %zu %zu: ", alignment, bytes);
    given("", block);
}

int main(void) {
    const size_t huge[] = {0, 1, PTRDIFF_MAX, (size_t)PTRDIFF_MAX + 1, SIZE_MAX - 4096, SIZE_MAX};
    const size_t alignments[] = {0, 1, 2, 3, 7, 8, 12, 16, 48, 64, 4096, 1 << 20, SIZE_MAX / 2 + 1, SIZE_MAX};
    for (size_t i = 0; i < sizeof huge / sizeof *huge; ++i) {
        given("malloc", malloc(huge[i]));
        given("calloc", calloc(huge[i], 1));
        given("calloc", calloc(1, huge[i]));
        given("calloc of overflow", calloc(huge[i], 3));
        given("realloc of null", realloc(NULL, huge[i]));
        given("reallocarray", reallocarray(NULL, huge[i], 2));
        given("valloc", valloc(huge[i]));
        given("pvalloc", pvalloc(huge[i]));
        for (size_t j = 0; j < sizeof alignments / sizeof *alignments; ++j) aligned(alignments[j], huge[i]);
    }
    void* kept = malloc(100);
    memset(kept, 7, 100);
    errno = 0;
    void* moved = realloc(kept, SIZE_MAX / 2);
    say("realloc to too much: %s %s, first byte %d\n", moved ? "moved" : "none", strerrorname_np(errno), *(char*)kept);
    errno = 0;
    moved = reallocarray(kept, SIZE_MAX / 2, 4);
    say("reallocarray to too much: %s %s, first byte %d\n", moved ? "moved" : "none", strerrorname_np(errno),
        *(char*)kept);
    errno = 0;
    moved = realloc(kept, 0);
    say("realloc to nothing: %s %d\n", moved ? "a block" : "none", errno);
    world();
    return 0;
}

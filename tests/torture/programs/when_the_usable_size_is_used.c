/* SPDX-License-Identifier: MIT
 *
 * A program may write to all that malloc_usable_size says, keeps what it wrote over realloc, and sees calloc's zeros.
 * Side: tests.
 */
#include <malloc.h>

#include "world.h"

int main(void) {
    size_t sum = 0, wrong = 0;
    for (size_t bytes = 0; bytes < 5000; bytes += 7) {
        char* block = malloc(bytes);
        const size_t usable = malloc_usable_size(block);
        memset(block, (int)bytes, usable);
        sum += usable;
        char* grown = realloc(block, usable + 1);
        for (size_t i = 0; i < usable; ++i) wrong += grown[i] != (char)bytes;
        char* shrunk = realloc(grown, bytes / 2 + 1);
        for (size_t i = 0; i < bytes / 2 && i < usable; ++i) wrong += shrunk[i] != (char)bytes;
        free(shrunk);
        char* zeros = calloc(bytes, 3);
        for (size_t i = 0; i < bytes * 3; ++i) wrong += zeros[i] != 0;
        free(zeros);
    }
    say("usable %zu, wrong %zu, of null %zu\n", sum, wrong, malloc_usable_size(NULL));
    world();
    return 0;
}

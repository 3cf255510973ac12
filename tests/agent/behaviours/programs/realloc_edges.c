// SPDX-License-Identifier: MIT
//
// The corners of the malloc family. Side: tests. Prints what each returned; what stays alive is of known sizes.
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void* kept[16];

static void say(const char* what, void* block) { printf("%s %s errno %d\n", what, block ? "block" : "null", errno); }

int main(void) {
    volatile size_t huge = SIZE_MAX / 2;
    kept[0] = realloc(NULL, 3001);
    say("realloc null", kept[0]);
    memset(kept[0], 7, 3001);
    kept[0] = realloc(kept[0], 300002);
    printf("grown %d\n", ((char*)kept[0])[3000]);
    kept[0] = realloc(kept[0], 3003);
    printf("shrunk %d\n", ((char*)kept[0])[3000]);
    errno = 0;
    void* failed = realloc(kept[0], huge);
    say("realloc huge", failed);
    printf("still %d\n", ((char*)kept[0])[3000]);
    errno = 0;
    say("reallocarray overflow", reallocarray(kept[0], huge, 4));
    kept[1] = reallocarray(NULL, 3, 1001);
    kept[2] = realloc(malloc(100), 0);
    errno = 0;
    say("realloc zero", kept[2]);
    say("malloc huge", malloc(huge));
    errno = 0;
    say("calloc overflow", calloc(huge, 4));
    errno = 0;
    kept[3] = memalign(256, 3003);
    kept[4] = aligned_alloc(64, 3003);
    printf("posix_memalign %d\n", posix_memalign(&kept[5], 4096, 3003));
    printf("posix_memalign wrong %d\n", posix_memalign(&kept[6], 3, 3003));
    kept[7] = valloc(3003);
    kept[8] = calloc(3, 1001);
    for (int i = 0; i < 9; ++i) printf("%d %d\n", i, (int)((uintptr_t)kept[i] % 64));
    free(NULL);
    return 0;
}

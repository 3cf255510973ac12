/* SPDX-License-Identifier: MIT
 *
 * A whole family of the program's own, from a static buffer: it stays in use, and we say in one line that we see
 * nothing.
 * torture: says the program has a malloc of its own
 * torture: may say executable .* has
 * Side: tests.
 */
#include "world.h"

static _Alignas(16) char room[16 << 20];
static size_t used;
static long calls;

void* malloc(size_t bytes) {
    ++calls;
    const size_t at = __sync_fetch_and_add(&used, (bytes + 31) & ~(size_t)15);
    if (at + bytes + 32 > sizeof room) return NULL;
    *(size_t*)(room + at) = bytes;
    return room + at + 16;
}
void free(void* block) { (void)block; }
void* calloc(size_t count, size_t bytes) { return malloc(count * bytes); }
void* realloc(void* block, size_t bytes) {
    void* made = malloc(bytes);
    if (block != NULL && made != NULL) {
        const size_t before = ((size_t*)block)[-2];
        memcpy(made, block, before < bytes ? before : bytes);
    }
    return made;
}

int main(void) {
    char* text = strdup("by my own");
    say("%s, inside %d, called %d\n", text, text > room && text<room + sizeof room, calls> 0);
    FILE* file = fopen("/dev/null", "r");
    fclose(file);
    const double began = seconds_now();
    while (still_time(began)) free(NULL);
    errno = 0;
    world();
    return 0;
}

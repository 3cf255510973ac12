/* SPDX-License-Identifier: MIT
 *
 * Heaps with holes, mappings that are not inherited, truncated files and devices among them: snapshots pass over all.
 * Side: tests.
 */
#include <sys/mman.h>

#include "world.h"

int main(void) {
    enum { page = 4096 };
    const int file = open("file", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (ftruncate(file, 4 * page) != 0) return 1;
    char* mapped = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    mapped[0] = 1;
    if (ftruncate(file, page) != 0) return 1;
    char* apart = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(apart, 1 << 20, MADV_DONTFORK);
    char* wiped = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(wiped, 1 << 20, MADV_WIPEONFORK);
    wiped[5] = 5;
    char* block = malloc(1 << 20);
    char* hole = (char*)(((size_t)block + 3 * page) & ~(size_t)(page - 1));
    mprotect(hole, page, PROT_NONE);
    const double began = seconds_now();
    while (still_time(began)) free(malloc(1000));
    mprotect(hole, page, PROT_READ | PROT_WRITE);
    free(block);
    say("kept %d %d\n", wiped[5], mapped[0]);
    close(file);
    unlink("file");
    world();
    return 0;
}

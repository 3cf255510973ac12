/* SPDX-License-Identifier: MIT
 *
 * A program that moves the break itself finds it where it left it.
 * Side: tests.
 */
#include "world.h"

int main(void) {
    char* before = sbrk(0);
    char* mine = sbrk(1 << 20);
    memset(mine, 7, 1 << 20);
    long moved = 0;
    const double began = seconds_now();
    while (still_time(began)) moved += sbrk(0) != mine + (1 << 20);
    say("mine where it was %d, moved %ld\n", mine == before, moved);
    void* block = malloc(300000);
    memset(block, 1, 300000);
    free(block);
    long wrong = 0;
    for (int i = 0; i < 1 << 20; ++i) wrong += mine[i] != 7;
    say("wrong %ld\n", wrong);
    world();
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * abort() after glibc found the heap broken: its own words, and SIGABRT.
 * torture: leaves nothing
 * Side: tests.
 */
#include "world.h"

int main(void) {
    world();
    char* block = malloc(100);
    free(block);
    void* volatile again = block;
    free(again);
    say("not noticed\n");
    return 0;
}

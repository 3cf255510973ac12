// SPDX-License-Identifier: MIT
//
// Is linked with the agent, so that not even a dynamic linker that drops LD_PRELOAD keeps it away; says as whom it
// runs, and whether it is recorded. Side: tests.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <prof/prof.h>

int main(void) {
    void* block = malloc(100);
    printf("user %d\nrecording %d\n", (int)geteuid(), prof_recording());
    free(block);
    return 0;
}

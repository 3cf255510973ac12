// SPDX-License-Identifier: MIT
//
// grows clean: ends at once. grows grow: says "ready" and its number, and does what it is told, a line each: grow, end.
//
// Side: tests.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void* held[40000];

int main(int argc, char** argv) {
    char line[64];
    setvbuf(stdout, NULL, _IOLBF, 0);
    held[0] = malloc(1000);
    if (argc < 2 || strcmp(argv[1], "grow") != 0) return 0;
    printf("ready\n%d\n", (int)getpid());
    while (fgets(line, sizeof line, stdin) != NULL && strcmp(line, "grow\n") == 0) {
        for (size_t i = 1; i < sizeof held / sizeof held[0]; ++i) held[i] = malloc(16 + i % 64);
        puts("grown");
    }
    puts("ended");
    return 0;
}

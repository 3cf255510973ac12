// SPDX-License-Identifier: MIT
//
// Loses memory, or does not, and ends as it is told: leaky clean|leak|crash|fail|fork|exec.
//
// Side: tests.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void* volatile held;

// Not inlined: a suppression names it. Twenty blocks, more than the registers of a thread could hide.
static __attribute__((noinline)) void lose_blocks(void) {
    for (int i = 0; i < 20; ++i) {
        held = malloc(1000);
        memset(held, 0, 1000);
    }
    held = NULL;
}

// Over what the calls above left on the stack.
static __attribute__((noinline)) void clean_stack(void) {
    volatile char room[4096];
    for (size_t i = 0; i < sizeof room; ++i) room[i] = 0;
}

int main(int argc, char** argv) {
    const char* how = argc > 1 ? argv[1] : "clean";
    const int is_child = strcmp(how, "fork") == 0 || strcmp(how, "exec") == 0;
    if (is_child) {
        const pid_t child = fork();
        if (child == 0) {
            if (strcmp(how, "exec") == 0) execl(argv[0], argv[0], "leak", NULL);
            lose_blocks();
            clean_stack();
            exit(0);
        }
        waitpid(child, NULL, 0);
    } else if (strcmp(how, "clean") != 0) {
        lose_blocks();
    }
    clean_stack();
    if (strcmp(how, "crash") == 0) raise(SIGSEGV);
    puts("ran");
    return strcmp(how, "fail") == 0 ? 7 : 0;
}

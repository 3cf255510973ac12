// SPDX-License-Identifier: MIT
//
// Loses memory, or does not, and ends as it is told: leaky clean|leak|asleep|crash|fail|fork|exec.
//
// Side: tests.
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
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

static volatile pid_t sleeper;

static void* sleep_on(void* nothing) {
    sleeper = (pid_t)syscall(SYS_gettid);
    for (;;) pause();
    return nothing;
}

// Returns when a thread more waits in the kernel for good.
static void start_sleeper(void) {
    pthread_t thread;
    char path[64];
    long call = -1;
    sleeper = 0;
    pthread_create(&thread, NULL, sleep_on, NULL);
    while (sleeper == 0) sched_yield();
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", (int)sleeper);
    while (call != SYS_pause) {
        FILE* file = fopen(path, "r");
        if (file == NULL || fscanf(file, "%ld", &call) != 1) call = -1;
        if (file != NULL) fclose(file);
        sched_yield();
    }
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
        for (int i = 0; strcmp(how, "asleep") == 0 && i < 4; ++i) start_sleeper();
        lose_blocks();
    }
    clean_stack();
    if (strcmp(how, "crash") == 0) raise(SIGSEGV);
    puts("ran");
    return strcmp(how, "fail") == 0 ? 7 : 0;
}

// SPDX-License-Identifier: MIT
//
// Holds 500 blocks of 100 bytes from one place and 20 of 1,000 from another, says "ready", and ends as it is told:
// dies.c HOW [COUNT]. With threads, two more hold blocks of their own. Side: tests.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static void* small[1000];
static void* large[20];

void hold_small(void) {
    for (int i = 0; i < 1000; ++i) small[i] = malloc(100);
    for (int i = 0; i < 500; ++i) free(small[i]);
}

void hold_large(void) {
    for (int i = 0; i < 20; ++i) large[i] = malloc(1000);
}

// Memory that is written to, until there is none left or somebody ends us.
void grow(void) {
    for (;;) {
        char* block = malloc(1 << 20);
        if (block == NULL) abort();
        memset(block, 1, 1 << 20);
    }
}

void squeezed(int depth);

__attribute__((noinline)) void squeezed_left(int depth) {
    squeezed(depth - 1);
    __asm__ volatile("");
}

// No page more for anybody; what malloc still has is asked for from many stacks.
__attribute__((noinline)) void squeezed(int depth) {
    static int calls = 0;
    if (calls++ == 0) {
        const struct rlimit none = {0, RLIM_INFINITY};
        setrlimit(RLIMIT_AS, &none);
    }
    if (depth == 0 || calls > 200000) return free(malloc(24));
    squeezed_left(depth);
    squeezed(depth - 1);
    __asm__ volatile("");
}

static pthread_barrier_t all_have_churned;

static void* churn(void* unused) {
    for (int i = 0; i < 100; ++i) free(malloc(50));
    pthread_barrier_wait(&all_have_churned);
    pause();
    return unused;
}

int main(int argc, char** argv) {
    const char* how = argc > 1 ? argv[1] : "exit";
    setvbuf(stdout, NULL, _IONBF, 0);
    setvbuf(stdin, NULL, _IONBF, 0);  // so that nothing is allocated by waiting
    hold_small();
    hold_large();
    if (strcmp(how, "threads") == 0) {
        pthread_t thread;
        pthread_barrier_init(&all_have_churned, NULL, 3);
        for (int i = 0; i < 2; ++i) pthread_create(&thread, NULL, churn, NULL);
        pthread_barrier_wait(&all_have_churned);
        hold_large();
    }
    puts("ready");
    if (strcmp(how, "kill") == 0 || strcmp(how, "threads") == 0) kill(getpid(), SIGKILL);
    if (strcmp(how, "segv") == 0) *(volatile int*)1 = 1;
    if (strcmp(how, "abort") == 0) abort();
    if (strcmp(how, "raw") == 0) syscall(SYS_exit_group, 3);
    if (strcmp(how, "grow") == 0) grow();
    if (strcmp(how, "squeezed") == 0) squeezed(24);
    if (argc > 2 && strcmp(argv[2], "kill") == 0) kill(getpid(), SIGKILL);
    if (strcmp(how, "wait") == 0)
        while (getchar() != EOF) large[0] = realloc(large[0], 100000);
    if (strcmp(how, "exec") == 0) execl(argv[2], argv[2], argv[3], (char*)NULL);
    return 0;
}

// SPDX-License-Identifier: MIT
//
// 4,096 stacks with a block each; then a child by fork, _Fork or a raw clone, which frees 96 of them and makes 32 more,
// while this goes on at once with 1,008: branches.c HOW. Side: tests.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t _Fork(void) __attribute__((weak));
static void* kept[1 << 14];
static int count;

void tree(int depth, int path);

__attribute__((noinline)) void left(int depth, int path) {
    tree(depth - 1, path * 2);
    __asm__ volatile("");
}

__attribute__((noinline)) void right(int depth, int path) {
    tree(depth - 1, path * 2 + 1);
    __asm__ volatile("");
}

__attribute__((noinline)) void tree(int depth, int path) {
    if (depth == 0) {
        kept[count++] = malloc(64 + path % 64);
        return;
    }
    left(depth, path);
    right(depth, path);
    __asm__ volatile("");
}

static pid_t child_by(const char* how) {
    if (strcmp(how, "_Fork") == 0 && _Fork != NULL) return _Fork();
    if (strcmp(how, "clone") == 0) return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    return fork();
}

int main(int argc, char** argv) {
    tree(12, 0);
    const pid_t pid = child_by(argv[1]);
    if (pid == 0) {
        for (int i = 0; i < 96; ++i) free(kept[i]);
        tree(5, 0);
        _exit(7);
    }
    for (int i = 0; i < 1000; ++i) kept[count++] = malloc(5000);
    tree(3, 0);
    int status = 0;
    waitpid(pid, &status, 0);
    printf("child %d\n", WEXITSTATUS(status));
    return 0;
}

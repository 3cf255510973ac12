// SPDX-License-Identifier: MIT
//
// Makes the agent lose what it must, so many times: losses.c HOW COUNT. Side: tests.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { blocks_of_thread = 10, deeper = (1 << 20) + 1000 };

static void* held[1 << 16];
static size_t holding;
static int count;

// A call through code without call frame information, which also hides where its caller is.
void* call_blind(void* (*function)(size_t), size_t bytes);
__asm__(
    ".text\n.globl call_blind\ncall_blind:\n"
    "push %rbp\nxor %ebp, %ebp\nsub $48, %rsp\nmov %rdi, %rax\nmov %rsi, %rdi\ncall *%rax\n"
    "add $48, %rsp\npop %rbp\nret\n");

static void hold(void* block) { held[holding++] = block; }

static pthread_barrier_t all_are_here;

static void* in_thread(void* mine) {
    for (int i = 0; i < blocks_of_thread; ++i) ((void**)mine)[i] = malloc(100);
    pthread_barrier_wait(&all_are_here);
    return mine;
}

static void in_threads(void) {
    pthread_t* thread = malloc(sizeof *thread * (size_t)count);
    static void* theirs[1000][blocks_of_thread];
    pthread_barrier_init(&all_are_here, NULL, (unsigned)count);
    for (int i = 0; i < count; ++i) pthread_create(&thread[i], NULL, in_thread, theirs[i]);
    for (int i = 0; i < count; ++i) pthread_join(thread[i], NULL);
}

static __attribute__((noinline)) void sink(int depth) {
    if (depth == 0) {
        for (int i = 0; i < count; ++i) hold(malloc(100));
        return;
    }
    sink(depth - 1);
    __asm__ volatile("" ::: "memory");
}

static void* in_deep_thread(void* unused) {
    sink(deeper);
    return unused;
}

static void deep(void) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, (size_t)256 << 20);
    pthread_create(&thread, &attributes, in_deep_thread, NULL);
    pthread_join(thread, NULL);
}

int main(int argc, char** argv) {
    if (argc < 3) return 1;
    count = atoi(argv[2]);
    if (strcmp(argv[1], "threads") == 0) in_threads();
    if (strcmp(argv[1], "blind") == 0)
        for (int i = 0; i < count; ++i) hold(call_blind(malloc, 100));
    if (strcmp(argv[1], "deep") == 0) deep();
    if (strcmp(argv[1], "hold") == 0)
        for (int i = 0; i < count; ++i) hold(malloc(100));
    return 0;
}

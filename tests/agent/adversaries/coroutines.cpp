// SPDX-License-Identifier: MIT
//
// Coroutines by ucontext: allocations on stacks of their own, switched in the middle, on heap and mapped stacks that
// are freed and made again.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

static ucontext_t main_context, coroutine;
static volatile long sink;

__attribute__((noinline)) static void work(int depth) {
    void* volatile block = malloc(static_cast<size_t>(20 + depth));
    if (depth == 0) swapcontext(&coroutine, &main_context);
    if (depth != 0) work(depth - 1);
    free(block);
    sink = sink + depth;
}

static void entry(int depth) { work(depth); }

__attribute__((noinline)) static void run(void* stack, size_t bytes, int depth) {
    getcontext(&coroutine);
    coroutine.uc_stack.ss_sp = stack;
    coroutine.uc_stack.ss_size = bytes;
    coroutine.uc_link = &main_context;
    makecontext(&coroutine, reinterpret_cast<void (*)()>(&entry), 1, depth);
    swapcontext(&main_context, &coroutine);
    void* volatile block = malloc(64);
    free(block);
    swapcontext(&main_context, &coroutine);
    block = malloc(65);
    free(block);
}

int main() {
    constexpr size_t bytes = 1 << 16;
    for (int i = 0; i < 50; ++i) {
        void* heap = malloc(bytes);
        run(heap, bytes, i % 40);
        free(heap);
        void* mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        run(mapped, bytes, i % 40);
        munmap(mapped, bytes);
    }
    puts("coroutines");
}

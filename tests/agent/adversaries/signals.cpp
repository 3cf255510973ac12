// SPDX-License-Identifier: MIT
//
// Allocations in signal handlers, on the interrupted stack and on another, from both a call and a loop.
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile long sink;
static sigjmp_buf back;
static volatile bool jump = false;

__attribute__((noinline)) static void in_handler(int depth) {
    if (depth != 0) return in_handler(depth - 1), void(sink = sink + depth);
    free(malloc(48));
    void* volatile block = malloc(100);
    free(block);
}

static void handle(int) {
    in_handler(5);
    if (jump) siglongjmp(back, 1);
}

static void handle_fault(int, siginfo_t*, void*) {
    in_handler(3);
    siglongjmp(back, 2);
}

__attribute__((noinline)) static void raise_at(int depth, int number) {
    if (depth != 0)
        raise_at(depth - 1, number);
    else
        raise(number);
    sink = sink + depth;
}

__attribute__((noinline)) static void fault(int depth) {
    if (depth != 0) {
        fault(depth - 1);
        sink = sink + depth;
        return;
    }
    *reinterpret_cast<volatile int*>(sink & 0) = 1;
}

static void install(int number, int flags) {
    struct sigaction action {};
    action.sa_flags = flags;
    if (number == SIGSEGV)
        action.sa_sigaction = handle_fault;
    else
        action.sa_handler = handle;
    sigaction(number, &action, nullptr);
}

int main() {
    stack_t other{};
    other.ss_size = 1 << 16;
    other.ss_sp = malloc(other.ss_size);
    sigaltstack(&other, nullptr);
    install(SIGUSR1, 0);
    install(SIGUSR2, SA_ONSTACK);
    install(SIGSEGV, SA_ONSTACK | SA_SIGINFO | SA_NODEFER);
    for (int i = 0; i < 40; ++i) {
        raise_at(i % 12, i % 2 != 0 ? SIGUSR1 : SIGUSR2);
        void* volatile block = malloc(16);
        free(block);
    }
    for (int i = 0; i < 20; ++i)
        if (sigsetjmp(back, 1) == 0) fault(i % 7);
    jump = true;
    for (int i = 0; i < 20; ++i)
        if (sigsetjmp(back, 1) == 0) raise_at(i % 7, SIGUSR1);
    puts("signals");
}

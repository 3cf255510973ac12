// SPDX-License-Identifier: MIT
//
// Its main thread holds a block of 7007 bytes in a register that calls keep, and nowhere else, while it waits in
// epoll_wait for input; then it says how often the wait was interrupted. Another thread allocates now and then: it is
// the one that takes what snapshots are asked for. Side: tests.
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace {

// epoll_wait(queue, &event, 1, -1) with what `*cell` held in rbx alone.
long wait_holding(int queue, epoll_event* event, void** cell) {
    long result = 232;  // __NR_epoll_wait
    asm volatile(
        "mov $-1, %%r10\n\t"
        "xor %%ebx, %%ebx\n\t"
        "xchg %%rbx, (%[cell])\n\t"
        "syscall\n\t"
        "xchg %%rbx, (%[cell])\n\t"
        : "+a"(result)
        : "D"(queue), "S"(event), "d"(1), [cell] "r"(cell)
        : "rbx", "rcx", "r10", "r11", "memory", "cc");
    return result;
}

// A new stack frame where the address of the block was left by malloc.
[[gnu::noinline]] void clear_stack() {
    volatile char below[4096];
    for (volatile char& each : below) each = 0;
}

std::atomic<bool> at_end{false};

void allocate() {
    while (!at_end) {
        free(malloc(8));
        poll(nullptr, 0, 1);
    }
}

}  // namespace

int main() {
    std::thread other(allocate);
    const int queue = epoll_create1(0);
    epoll_event event{.events = EPOLLIN, .data = {}};
    epoll_ctl(queue, EPOLL_CTL_ADD, STDIN_FILENO, &event);
    static void* hidden;
    hidden = malloc(7007);
    clear_stack();
    std::printf("ready\n");
    std::fflush(stdout);
    long result = -EINTR;
    int interrupted = -1;
    for (; result == -EINTR; ++interrupted) result = wait_holding(queue, &event, &hidden);
    at_end = true;
    other.join();
    std::printf("interrupted %d, got %ld, held %d\n", interrupted, result, hidden != nullptr);
    return 0;
}

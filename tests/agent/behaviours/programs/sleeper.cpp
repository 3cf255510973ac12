// SPDX-License-Identifier: MIT
//
// Holds twenty blocks of 7007 bytes from every kind of root, says "ready", and sleeps until its input ends or SIGTERM.
// Side: tests.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <poll.h>
#include <unistd.h>

struct Node {
    void* block;
    Node* next;
};

// Visible from outside, so that the compiler keeps what is stored in them.
void* in_global;
Node* list;
thread_local void* volatile in_tls;

namespace {

volatile sig_atomic_t asked = 0;
std::atomic<bool> is_ready{false};

void work() {
    in_tls = malloc(7007);
    void* volatile on_stack = malloc(7007);
    is_ready = true;
    while (asked == 0) poll(nullptr, 0, 20);
    free(on_stack);
}

}  // namespace

int main() {
    std::signal(SIGTERM, [](int) { asked = 1; });
    in_global = malloc(7007);
    in_tls = malloc(7007);
    void* volatile on_stack = malloc(7007);
    for (int i = 0; i < 15; ++i) list = new Node{malloc(7007), list};
    std::thread other(work);
    while (!is_ready) std::this_thread::yield();
    std::printf("ready\n");
    std::fflush(stdout);
    pollfd input{STDIN_FILENO, POLLIN, 0};
    while (asked == 0 && !(poll(&input, 1, 10000) == 1 && (input.revents & POLLHUP) != 0)) {
    }
    asked = 1;
    other.join();
    std::printf("bye %d\n", on_stack != nullptr);
    return 0;
}

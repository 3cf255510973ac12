// SPDX-License-Identifier: MIT
//
// Ends in the way that its argument names. Side: tests. Everything that runs at the end allocates and frees.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <unistd.h>

namespace {

struct Global {
    std::string text = std::string(4242, 'g');
    ~Global() {
        std::printf("destructor %zu\n", text.size());
        std::fflush(stdout);
    }
} global;

void* held;

void handler() {
    free(held);
    held = malloc(1717);
    std::printf("handler\n");
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string how = argc > 1 ? argv[1] : "return";
    held = malloc(1616);
    std::atexit(handler);
    std::at_quick_exit(handler);
    std::printf("main\n");
    std::fflush(stdout);
    if (how == "exit") std::exit(3);
    if (how == "_exit") _exit(4);
    if (how == "_Exit") std::_Exit(5);
    if (how == "quick_exit") std::quick_exit(6);
    if (how == "abort") std::abort();
    if (how == "killed") raise(SIGTERM);
    return 7;
}

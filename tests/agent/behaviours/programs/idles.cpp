// SPDX-License-Identifier: MIT
//
// Allocates for a moment and then does nothing: says "ready", sleeps until its input ends, and says how often a sleep
// was interrupted. Side: tests.
//
//   idles sleep        nothing but to sleep
//   idles grow         8 MiB in large blocks; then sleeps
//   idles grow-twice   the same, and 8 MiB more at once when a line comes
//   idles pointers     one block of 8 MiB that is full of pointers to itself: its snapshot is as large
//   idles allocate     allocates a hundred blocks every 5 ms, 400 times
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <poll.h>
#include <time.h>
#include <unistd.h>

namespace {

int interrupted = 0;

void grow() {
    for (int i = 0; i < 8; ++i) static_cast<char*>(malloc(1 << 20))[0] = 1;
}

void fill_with_pointers() {
    constexpr size_t count = 1 << 20;
    static void** block = static_cast<void**>(malloc(count * sizeof(void*)));
    for (size_t i = 0; i < count; ++i) block[i] = &block[i];
}

void allocate() {
    for (int i = 0; i < 400; ++i) {
        for (int k = 0; k < 100; ++k) free(malloc(64));
        const timespec time{0, 5'000'000};
        interrupted += nanosleep(&time, nullptr) != 0;
    }
}

// False when the input has ended.
bool sleep_until_input() {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    while (poll(&input, 1, -1) < 0) interrupted += errno == EINTR;
    char line[8];
    return read(STDIN_FILENO, line, sizeof line) > 0;
}

}  // namespace

int main(int, char** arguments) {
    const std::string_view what = arguments[1];
    if (what.starts_with("grow")) grow();
    if (what == "pointers") fill_with_pointers();
    write(STDOUT_FILENO, "ready\n", 6);
    if (what == "allocate") allocate();
    while (sleep_until_input())
        if (what == "grow-twice") grow();
    dprintf(STDOUT_FILENO, "interrupted %d\n", interrupted);
    return 0;
}

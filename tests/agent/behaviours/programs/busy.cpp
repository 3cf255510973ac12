// SPDX-License-Identifier: MIT
//
// Two threads replace the 1000 blocks of 777 bytes in a global table without a pause, by malloc and by realloc, until
// the input ends. At every instant the table holds 1000 live blocks. Side: tests.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <unistd.h>

namespace {

constexpr size_t count = 1000;
std::atomic<void*> table[count];
std::atomic<bool> done{false};

void churn(size_t from) {
    for (size_t i = from; !done; i = (i + 2) % count) free(table[i].exchange(malloc(777)));
}

}  // namespace

int main() {
    for (auto& slot : table) slot = malloc(777);
    std::thread even(churn, 0), odd(churn, 1);
    std::printf("ready\n");
    std::fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    done = true;
    even.join();
    odd.join();
    std::printf("bye\n");
    return 0;
}

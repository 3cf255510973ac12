// SPDX-License-Identifier: MIT
//
// Holds 64 KiB more in each step, and allocates and frees in between, until its milliseconds are over or it has its
// megabytes: grows MILLISECONDS MEGABYTES [touch]. With a third word it writes to all that it holds. Side: tests.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

int main(int argc, char** argv) {
    using Clock = std::chrono::steady_clock;
    const auto until = Clock::now() + std::chrono::milliseconds(argc > 1 ? std::atoi(argv[1]) : 0);
    const size_t most = argc > 2 ? static_cast<size_t>(std::atoi(argv[2])) * 16 : 0;
    static std::vector<void*> held;
    while (Clock::now() < until) {
        if (held.size() < most) {
            held.push_back(std::malloc(64 << 10));
            if (argc > 3) std::memset(held.back(), 1, 64 << 10);
        }
        for (int i = 0; i < 64; ++i) std::free(std::malloc(100));
    }
    std::printf("ran\n");
    return 0;
}

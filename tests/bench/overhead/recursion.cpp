// SPDX-License-Identifier: MIT
//
// A program to measure: goes 120 calls deep and up again; each call has a block of its own while it runs, as a
// recursive descent has. Side: tests, bench. Usage: recursion ROUNDS [DEPTH]
#include "plan.h"

namespace {

[[gnu::noinline]] size_t descend(size_t left) {
    void* block = bench::seen(std::malloc(16 + left));
    const size_t below = left == 0 ? 0 : descend(left - 1);
    std::free(block);
    return bench::seen(below) + 1;
}

}  // namespace

int main(int argc, char** argv) {
    const size_t rounds = bench::number(argc, argv, 1, 1000), depth = bench::number(argc, argv, 2, 120);
    for (size_t i = 0; i < rounds; ++i) descend(depth - 1);
}

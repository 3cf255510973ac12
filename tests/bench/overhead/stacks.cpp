// SPDX-License-Identifier: MIT
//
// A program to measure: allocates and frees once from each of so many different call stacks: every way through a tree
// of calls of two functions, with so many calls below it that no two stacks share.
//
// Side:    tests, bench. Usage: stacks LEVELS TAIL. There are 2^LEVELS stacks, and 4 + TAIL nodes for each.
#include "plan.h"

namespace {

[[gnu::noinline]] void end(size_t tail) {
    if (tail > 0) {
        end(tail - 1);
        bench::seen(tail);
        return;
    }
    std::free(bench::seen(std::malloc(40)));
}

void left(size_t levels, size_t tail);
void right(size_t levels, size_t tail);

inline void both(size_t levels, size_t tail) {
    if (levels == 0) {
        end(tail);
    } else {
        left(levels - 1, tail);
        right(levels - 1, tail);
    }
    bench::seen(levels);
}

[[gnu::noinline]] void left(size_t levels, size_t tail) { both(levels, tail); }
[[gnu::noinline]] void right(size_t levels, size_t tail) { both(levels + bench::seen(size_t{0}), tail); }

}  // namespace

int main(int argc, char** argv) { both(bench::number(argc, argv, 1, 10), bench::number(argc, argv, 2, 0)); }

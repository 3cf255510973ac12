// SPDX-License-Identifier: MIT
//
// A program to measure: holds so many blocks of 16 to 143 bytes, replaces half of them one by one at random, and ends
// without freeing, as a service that runs has it. Side: tests, bench. Usage: live BLOCKS
#include <vector>

#include "plan.h"

namespace {

uint64_t state = 1;

[[gnu::noinline]] void* make() {
    auto* block = static_cast<uint64_t*>(bench::seen(std::malloc(16 + bench::next(state) % 128)));
    *block = 1;
    return block;
}

}  // namespace

int main(int argc, char** argv) {
    static std::vector<void*> blocks(bench::number(argc, argv, 1, 300'000));
    for (void*& block : blocks) block = make();
    for (size_t left = blocks.size() / 2; left > 0; --left) {
        void*& block = blocks[bench::next(state) % blocks.size()];
        std::free(block);
        block = make();
    }
}

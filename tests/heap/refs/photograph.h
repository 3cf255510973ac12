// SPDX-License-Identifier: MIT
//
// Real objects of the test program itself as a snapshot: blocks that operator new gave while a Photograph looked on,
// and their words as the agent would keep them. So tests of types and references see what a compiler and its library
// do.
//
// Side:    tests. One thread, one Photograph at a time: it replaces operator new of the whole test program.
//
//     Photograph photograph;
//     held::build();                                       // allocations from here on are blocks
//     photograph.stop();
//     photograph.global(&held::cache, sizeof(held::cache));
//     const Heap heap = photograph.develop();
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "heap.h"
#include "temporary_folder.h"

namespace heapkit::tests {

class Photograph {
   public:
    Photograph();
    ~Photograph();
    Photograph(const Photograph&) = delete;
    Photograph& operator=(const Photograph&) = delete;

    void stop();
    void go_on();  // with the blocks that it has seen
    void global(const void* address, size_t bytes);
    // Blocks are born one after the other in the order in which they were made, evenly over so long; without it all of
    // them at the start.
    void born_over(uint64_t run_ns) { run_ns_ = run_ns; }
    // The blocks that are alive now. `inside`: an address in the test program's own code or data.
    Heap develop(const void* inside) const;
    std::filesystem::path write(const void* inside) const;  // the same as a file, which lives as long as this

   private:
    struct Area {
        uint64_t address = 0;
        size_t bytes = 0;
    };
    std::vector<Area> globals_;
    uint64_t run_ns_ = 0;
    TemporaryFolder folder_;
};

}  // namespace heapkit::tests

// SPDX-License-Identifier: MIT
//
// Blocks with a header in front: which call stacks allocate blocks that the program knows by a pointer behind their
// start?
//
// Side:    heap, floor 5 (refs).
// Threads: const once it is built.
// Cost:    one pass over the words.
// Memory:  8 bytes a call stack; 1 bit a block while it is built.
//
// Redis' strings, CPython's objects that the collector knows, Perl's values, members of intrusive lists: their library
// asks malloc for a little more, keeps a header in front, and hands out what lies behind it. No one block can tell such
// a pointer from one that is there by chance. Many can: chance does not hit the same byte of many blocks that were
// allocated alike. So a call stack's blocks have a header of n bytes when at least 16 of them, and a quarter of all,
// are pointed to at byte n, by others than themselves. n is 64 at most.
#pragma once

#include <cstdint>
#include <vector>

#include "read/snapshot.h"

namespace heapkit::refs {

class Headers {
   public:
    static constexpr uint64_t largest_bytes = 64;
    static constexpr uint32_t fewest_blocks = 16, least_share = 4;  // a quarter

    Headers() = default;  // none
    Headers(const read::Blocks& blocks, const read::Words& words);

    bool has(StackId stack, uint64_t bytes) const noexcept {
        return bytes - 1 < largest_bytes && stack.index() < sizes_.size() &&
               (sizes_[stack.index()] >> (bytes - 1) & 1) != 0;
    }

   private:
    std::vector<uint64_t> sizes_;  // a stack: bit n - 1 is set for a header of n bytes
};

}  // namespace heapkit::refs

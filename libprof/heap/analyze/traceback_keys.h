// SPDX-License-Identifier: MIT
//
// A short key for a whole call stack, equal in two heaps when function, file and line of every frame are.
//
// Side:   heap, floor 7 (analyze).
// Memory: 16 bytes a call-tree node. The texts themselves would be hundreds of megabytes on a large program, so a node
//         has a 128-bit hash of its frames and its caller's hash; chance makes two stacks equal once in 10^20 heaps.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "heap.h"

namespace heapkit::analyze {

class TracebackKeys {
   public:
    explicit TracebackKeys(const Heap& heap);
    std::string of(StackId stack) const;  // 16 bytes

   private:
    using Hash = std::array<uint64_t, 2>;
    const Heap& heap_;
    std::vector<Hash> of_node_;
};

}  // namespace heapkit::analyze

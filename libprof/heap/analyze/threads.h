// SPDX-License-Identifier: MIT
//
// Which thread allocated a block. A slot is used again after its thread has ended, so that slot and birth decide
// together.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <string>
#include <vector>

#include "heap.h"

namespace heapkit::analyze {

class ThreadOfBlock {
   public:
    explicit ThreadOfBlock(const Heap& heap);

    size_t of(BlockId block) const noexcept;  // number of the thread; the last is "unknown thread"
    size_t count() const noexcept { return heap_.snapshot().threads().size() + 1; }
    std::string name(size_t number) const;  // "worker (tid 1001)"

   private:
    const Heap& heap_;
    std::vector<std::vector<uint32_t>> of_slot_;
};

}  // namespace heapkit::analyze

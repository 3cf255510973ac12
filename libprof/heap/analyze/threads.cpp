// SPDX-License-Identifier: MIT
//
// Which thread allocated a block.
//
// Side: heap, floor 7 (analyze).
#include "analyze/threads.h"

#include <fmt/format.h>
#include <algorithm>
#include <cstring>

namespace heapkit::analyze {

ThreadOfBlock::ThreadOfBlock(const Heap& heap) : heap_(heap) {
    const auto threads = heap.snapshot().threads();
    for (size_t index = 0; index < threads.size(); ++index) {
        const size_t slot = threads[index].slot;
        if (slot == 0) continue;
        if (of_slot_.size() <= slot) of_slot_.resize(slot + 1);
        of_slot_[slot].push_back(static_cast<uint32_t>(index));
    }
}

size_t ThreadOfBlock::of(BlockId block) const noexcept {
    const size_t slot = heap_.blocks().thread_slot(block);
    const size_t unknown = count() - 1;
    if (slot >= of_slot_.size()) return unknown;
    const uint32_t birth = heap_.blocks().birth[block.index()];
    for (const uint32_t index : of_slot_[slot]) {
        const prof_thread& thread = heap_.snapshot().threads()[index];
        if (thread.first_tick <= birth && birth <= thread.last_tick) return index;
    }
    return unknown;
}

std::string ThreadOfBlock::name(size_t number) const {
    const auto threads = heap_.snapshot().threads();
    if (number >= threads.size()) return "unknown thread";
    const prof_thread& thread = threads[number];
    const std::string_view name(thread.name, strnlen(thread.name, sizeof thread.name));
    return fmt::format("{} (tid {})", name.empty() ? "thread" : name, thread.tid);
}

}  // namespace heapkit::analyze

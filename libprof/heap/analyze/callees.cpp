// SPDX-License-Identifier: MIT
//
// callee_before(): the two forms of call that compilers write for a function of another module.
//
// Side: heap, floor 7 (analyze).
#include "analyze/callees.h"

#include <cstring>

#include "symbols/demangle.h"
#include "symbols/image.h"

namespace heapkit::analyze {
namespace {

// "realloc" of "realloc@plt" and of "realloc@GLIBC_2.2.5".
std::string plain_name(std::string name) { return name.substr(0, name.find('@')); }

}  // namespace

std::string callee_before(const symbols::Frames& frames, uint64_t return_address) {
    const symbols::Image* const image = frames.image_at(return_address - 1);
    const auto code = image == nullptr ? std::nullopt : image->word_at(return_address - sizeof(uint64_t));
    if (!code) return "";
    unsigned char bytes[sizeof(uint64_t)];
    std::memcpy(bytes, &*code, sizeof(bytes));
    int32_t distance = 0;
    std::memcpy(&distance, bytes + 4, sizeof(distance));
    const uint64_t target = return_address + static_cast<uint64_t>(int64_t{distance});
    const bool is_direct = bytes[3] == 0xe8, is_through_slot = bytes[2] == 0xff && bytes[3] == 0x15;
    if (is_direct) return plain_name(frames.symbol_at(target));
    if (!is_through_slot) return "";
    const auto slot = image->pointer_at(target);
    if (!slot) return "";
    return plain_name(slot->symbol.empty() ? frames.symbol_at(slot->address) : symbols::demangle(slot->symbol));
}

std::string allocating_function(const Heap& heap, StackId stack) {
    const read::Snapshot& snapshot = heap.snapshot();
    const NodeId node(snapshot.stacks()[stack.index()].node);
    return node.value == 0 ? "" : callee_before(heap.frames(), snapshot.node_pc()[node.index()]);
}

}  // namespace heapkit::analyze

// SPDX-License-Identifier: MIT
//
// Hashes of call stacks: FNV-like lanes with two odd multipliers, mixed from the outermost frame inwards.
//
// Side: heap, floor 7 (analyze).
#include "analyze/traceback_keys.h"

#include <string_view>

namespace heapkit::analyze {
namespace {

uint64_t mixed(uint64_t state, uint64_t value, uint64_t multiplier) {
    state = (state ^ value) * multiplier;
    return state ^ (state >> 29);
}

uint64_t hash_of(std::string_view text, uint64_t multiplier) {
    uint64_t state = text.size();
    for (const char c : text) state = mixed(state, static_cast<unsigned char>(c), multiplier);
    return state;
}

constexpr std::array<uint64_t, 2> multipliers = {0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f};

}  // namespace

TracebackKeys::TracebackKeys(const Heap& heap) : heap_(heap) {
    const symbols::Frames& frames = heap.frames();
    std::vector<Hash> of_location(frames.location_count());
    for (size_t index = 0; index < of_location.size(); ++index) {
        const symbols::Location& location = frames.location(symbols::LocationId(index));
        for (size_t lane = 0; lane < 2; ++lane) {
            const uint64_t multiplier = multipliers[lane];
            uint64_t state = hash_of(frames.text(location.function), multiplier);
            state = mixed(state, hash_of(frames.text(location.file), multiplier), multiplier);
            state = mixed(state, hash_of(frames.text(location.module), multiplier), multiplier);
            of_location[index][lane] = mixed(state, location.line, multiplier);
        }
    }
    const auto parents = heap.snapshot().node_parent();
    of_node_.resize(parents.size());
    for (size_t index = 1; index < parents.size(); ++index) {
        Hash hash = of_node_[parents[index]];
        const auto locations = frames.at(NodeId(index));
        for (auto location = locations.rbegin(); location != locations.rend(); ++location) {
            for (size_t lane = 0; lane < 2; ++lane) {
                hash[lane] = mixed(hash[lane], of_location[location->index()][lane], multipliers[lane]);
            }
        }
        of_node_[index] = hash;
    }
}

std::string TracebackKeys::of(StackId stack) const {
    const Hash& hash = of_node_[heap_.snapshot().stacks()[stack.index()].node];
    return {reinterpret_cast<const char*>(hash.data()), sizeof hash};
}

}  // namespace heapkit::analyze

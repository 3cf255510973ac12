// SPDX-License-Identifier: MIT
//
// See tags.h.
//
// Side: heap, floor 2 (read).
#include "read/tags.h"

#include <algorithm>

#include "read/checks.h"

namespace heapkit::read {

void take_tags_off(SmallSections& small) {
    const auto is_tagged = [&](const prof_stack& stack) { return is_tag(small.node_pc[stack.node]); };
    if (std::ranges::none_of(small.stacks, is_tagged)) return;
    std::vector<prof_stack> stacks(small.stacks.begin(), small.stacks.end());
    small.tags.resize(stacks.size());
    for (size_t index = 0; index < stacks.size(); ++index) {
        if (!is_tagged(stacks[index])) continue;
        small.tags[index] = tag_in(small.node_pc[stacks[index].node]);
        stacks[index].node = small.node_parent[stacks[index].node];
    }
    small.copies.stacks = std::move(stacks);
    small.stacks = small.copies.stacks;
}

}  // namespace heapkit::read

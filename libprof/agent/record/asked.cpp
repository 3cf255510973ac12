// SPDX-License-Identifier: MIT
//
// Questions of the program: see asked.h.
//
// Side: agent, floor 2 (record).
#include "asked.h"

#include "blocks.h"
#include "counters.h"
#include "event.h"
#include "pools.h"
#include "stacks.h"
#include "tags.h"

namespace prof::asked {
namespace {

constexpr uint64_t address_mask = (uint64_t{1} << 48) - 1;  // the generation stands above

uint32_t stack_around(uintptr_t address) noexcept {
    pools::Reported one;
    if (pools::before(address + 1, one) && !one.is_freed && address < one.end()) return one.record.stack;
    uintptr_t start = 0;
    uint64_t first = 0;
    blocks::Record record;
    if (!blocks::last_before(address, 0, start, first, record)) return 0;
    const bool is_there = address == start || address - start < record.size_bytes;
    return is_there && record.stack < stacks::stack_total() ? record.stack : 0;
}

}  // namespace

size_t allocation_stack(uintptr_t address, void** frames, size_t most) noexcept {
    const uint32_t stack = stack_around(address);
    size_t depth = 0;
    if (stack == 0) return 0;
    uint32_t node = stacks::node_of(stack);
    if (tags::is_tag(stacks::nodes.at(node).pc)) node = stacks::nodes.at(node).caller;
    for (; node != stacks::empty_stack; ++depth) {
        const stacks::Node& frame = stacks::nodes.at(node);
        if (depth < most) frames[depth] = reinterpret_cast<void*>(frame.pc & address_mask);
        node = frame.caller;
    }
    return depth;
}

void reset_peak() noexcept {
    Thread* thread = event::begin();
    if (thread == nullptr) return;
    counters::reset_peak();
    event::end(*thread);
}

}  // namespace prof::asked

// SPDX-License-Identifier: MIT
//
// What the calls on a block's stack say of its type. Techniques: what the compiler wrote of a call to operator new;
// what is constructed in its memory; the variable that takes malloc's result; what the function around it returns.
//
// Side:    heap, floor 4 (types). Asked once for each stack.
// Memory:  none.
#pragma once

#include <vector>

#include "types/stack_votes.h"

namespace heapkit::types {

struct AllocatingCall {
    NodeId node;            // in the function that calls the allocator
    bool is_new = false;    // operator new was called: what takes its result may be a base of what is made
    bool is_array = false;  // operator new[] was
};

void append_call_votes(const StackVotesInput& input, const AllocatingCall& call, std::vector<StackVote>& votes);

}  // namespace heapkit::types

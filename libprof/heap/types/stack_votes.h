// SPDX-License-Identifier: MIT
//
// What a block's stack says of its type. Here the technique "allocator argument": allocators, containers and makers
// among its frames; call_votes.h has those that look at calls.
//
// Side:    heap, floor 4 (types). Asked once for each stack; sizes are compared for each block.
// Threads: one thread.
// Memory:  16 bytes a stack, 40 a vote.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "symbols/call_sites.h"
#include "symbols/constructors.h"
#include "symbols/frames.h"
#include "types/container_rules.h"
#include "types/frame_kinds.h"
#include "types/type_table.h"

namespace heapkit::types {

// A type for the blocks of a stack, as far as their sizes fit.
struct StackVote {
    Evidence evidence = Evidence::none;
    TypeId one = {}, several = {}, counted = {};  // T; T[]; T[] behind a count of 8 bytes. 0: not possible there
    TypeId head = {};                             // T and more, in a larger block
    uint64_t size_bytes = 0;                      // of T; 0: any size fits, and it is `one`
    bool can_grow = false;                        // any size from its own on fits, and it is `one`

    static constexpr uint64_t count_bytes = 8;  // in front of an array whose elements have destructors

    // 0 when the size does not fit.
    TypeId for_size(uint64_t block_bytes) const noexcept;
};

// For blocks that are one `type`, or several side by side. A class that can grow is one, however long its block.
StackVote object_vote(const symbols::TypeBook& book, TypeTable& types, Evidence evidence, symbols::DebugTypeId type,
                      bool may_be_several);

struct StackVotesInput {
    const read::Snapshot& snapshot;
    const symbols::Frames& frames;
    const symbols::TypeBook& book;
    const symbols::CallSites& sites;
    const symbols::Constructors& constructors;
    const ContainerClasses& classes;
    TypeTable& types;
};

class StackVotes {
   public:
    explicit StackVotes(const StackVotesInput& input);

    // Surest first.
    std::span<const StackVote> of(StackId stack);

   private:
    struct Frame {
        symbols::LocationId location;
        const FrameKind* kind = nullptr;
        NodeId node;
    };
    std::vector<StackVote> votes_of(NodeId innermost);
    void collect_frames(NodeId innermost);
    const FrameKind& kind_of(symbols::LocationId location);
    void vote_by_container(std::vector<StackVote>& votes, size_t first);
    bool is_first_call_of_its_function(const Frame& frame);
    symbols::DebugTypeId made_by_class_around(size_t frame) const;
    void vote_by_maker(std::vector<StackVote>& votes, size_t first);
    std::string container_of_run(size_t begin, size_t end) const;
    StackVote storage_vote(const std::string& container, StorageRole role) const;
    bool is_plumbing_at(symbols::LocationId location);

    const StackVotesInput input_;
    struct Range {
        uint32_t begin = 0, end = 0;
        bool is_known = false;
    };
    std::vector<Range> of_node_;
    std::vector<StackVote> votes_;
    std::unordered_map<StringId, FrameKind> kinds_;
    std::vector<int8_t> plumbing_;                        // of locations: -1 not asked
    std::unordered_map<StringId, uint64_t> first_calls_;  // lowest return address of a call that allocates
    std::vector<Frame> frames_;                           // of the stack that is looked at
};

}  // namespace heapkit::types

// SPDX-License-Identifier: MIT
//
// See stack_votes.h.
//
// Side: heap, floor 4 (types).
//
// A stack from the inside, as C++ with debug information has it:
//
//     operator new                                          allocation: everybody calls it
//     std::__new_allocator<Edge*>::allocate                 allocator   may be folded: this code serves all pointers
//     std::allocator_traits<std::allocator<Node*>>::…       allocator   so the outermost of the run is believed
//     std::_Vector_base<Node*, …>::_M_allocate              container
//     std::vector<Node*, …>::push_back                      container   and here again: "vector<Node*> buffer"
//     Graph::add                                            other: the run ends
//
// Linkers and compilers merge functions whose code is the same. A frame that was inlined tells what the function around
// it was compiled from, and that may be the one of another type; its caller still knows. A run of frames ends where
// another container begins: between a vector and the vectors in it there always is a function that constructs elements.
// Without debug information that function is not seen, so there the innermost container is taken, folded or not.
#include "types/stack_votes.h"

#include <algorithm>

#include "types/call_votes.h"
#include "types/layout.h"
#include "types/sites.h"

namespace heapkit::types {

using symbols::DebugTypeId;
using Role = FrameKind::Role;

namespace {

constexpr size_t most_frames = 256;

bool is_file_known(const symbols::Location& location) { return location.line != 0; }

}  // namespace

constexpr uint64_t count_bytes = StackVote::count_bytes;

StackVote object_vote(const symbols::TypeBook& book, TypeTable& types, Evidence evidence, DebugTypeId type,
                      bool may_be_several) {
    StackVote vote;
    vote.evidence = evidence;
    vote.size_bytes = book.type(type).size_bytes;
    vote.one = types.object(type, {});
    vote.can_grow = can_grow(book, type);
    if (may_be_several) vote.several = types.object(type, {.is_array = true});
    return vote;
}

TypeId StackVote::for_size(uint64_t block_bytes) const noexcept {
    if (size_bytes == 0 || block_bytes == size_bytes || (can_grow && block_bytes > size_bytes)) return one;
    if (block_bytes != 0 && block_bytes % size_bytes == 0 && several != unknown_type) return several;
    const bool may_be_counted = block_bytes > count_bytes && (block_bytes - count_bytes) % size_bytes == 0;
    if (may_be_counted && counted != unknown_type) return counted;
    return block_bytes > size_bytes ? head : unknown_type;
}

StackVotes::StackVotes(const StackVotesInput& input) : input_(input) {
    of_node_.resize(input.snapshot.node_pc().size());
    plumbing_.assign(input.frames.location_count(), -1);
}

std::span<const StackVote> StackVotes::of(StackId stack) {
    const NodeId innermost(input_.snapshot.stacks()[stack.index()].node);
    Range& range = of_node_[innermost.index()];
    if (!range.is_known) {
        const auto votes = innermost == NodeId() ? std::vector<StackVote>() : votes_of(innermost);
        range = {static_cast<uint32_t>(votes_.size()), static_cast<uint32_t>(votes_.size() + votes.size()), true};
        votes_.insert(votes_.end(), votes.begin(), votes.end());
    }
    return std::span(votes_).subspan(range.begin, range.end - range.begin);
}

const FrameKind& StackVotes::kind_of(symbols::LocationId location) {
    const StringId function = input_.frames.location(location).function;
    const auto [known, is_new] = kinds_.try_emplace(function);
    if (is_new) known->second = kind_of_frame(input_.frames.text(function));
    return known->second;
}

bool StackVotes::is_plumbing_at(symbols::LocationId location) {
    int8_t& known = plumbing_[location.index()];
    if (known < 0) known = is_plumbing(input_.frames, location) ? 1 : 0;
    return known == 1;
}

// Up to the first function that is no allocator and no container, and all that is inlined there.
void StackVotes::collect_frames(NodeId innermost) {
    frames_.clear();
    const auto parents = input_.snapshot.node_parent();
    bool is_plumbing_so_far = true;
    for (NodeId node = innermost; node != NodeId() && is_plumbing_so_far && frames_.size() < most_frames;
         node = NodeId(parents[node.index()])) {
        for (const symbols::LocationId location : input_.frames.at(node)) {
            frames_.push_back({location, &kind_of(location), node});
            is_plumbing_so_far = is_plumbing_so_far && is_plumbing_at(location);
        }
    }
}

std::vector<StackVote> StackVotes::votes_of(NodeId innermost) {
    std::vector<StackVote> votes;
    collect_frames(innermost);
    size_t first = 0;
    AllocatingCall call;
    for (; first < frames_.size() && frames_[first].kind->role == Role::allocation; ++first) {
        call.is_new = frames_[first].kind->is_new;
        call.is_array = frames_[first].kind->is_array;
    }
    if (first == frames_.size()) return votes;
    vote_by_container(votes, first);
    vote_by_maker(votes, first);
    call.node = frames_[first].node;
    append_call_votes(input_, call, votes);
    std::stable_sort(votes.begin(), votes.end(),
                     [](const StackVote& a, const StackVote& b) { return a.evidence > b.evidence; });
    return votes;
}

// ---- Allocators and containers --------------------------------------------------------------------------------------

// The container that the frames [begin, end) are members of, as its users call it; "" when none of them says.
std::string StackVotes::container_of_run(size_t begin, size_t end) const {
    for (size_t index = end; index-- > begin;)
        if (!frames_[index].kind->name.empty()) return frames_[index].kind->name;
    return {};
}

StackVote StackVotes::storage_vote(const std::string& container, StorageRole role) const {
    StackVote vote;
    vote.evidence = Evidence::allocator_argument;
    const ContainerClass* known = input_.classes.of(input_.book.find(container));
    if (known == nullptr || !has_storage(known->shape())) {
        vote.one = input_.types.storage(container, role);
        return vote;
    }
    vote.one = vote.several = input_.types.storage(*known, role);
    const bool is_of_bits = known->shape() == Shape::bits || known->shape() == Shape::counted_bits;
    if (role == StorageRole::buffer && !is_of_bits) vote.size_bytes = known->element_bytes;
    if (role == StorageRole::node && !known->nodes.empty()) vote.size_bytes = known->nodes[0].size_bytes;
    return vote;
}

// A function of a container allocates its storage first; what it calls operator new for behind that may be the inlined
// constructor of an element.
bool StackVotes::is_first_call_of_its_function(const Frame& frame) {
    const auto pcs = input_.snapshot.node_pc();
    const auto function_of = [&](NodeId node) {
        return input_.frames.location(input_.frames.at(node).front()).function;
    };
    if (first_calls_.empty()) {
        const auto parents = input_.snapshot.node_parent();
        for (const prof_stack& stack : input_.snapshot.stacks()) {
            NodeId node(stack.node);
            while (node != NodeId() && kind_of(input_.frames.at(node).front()).role == Role::allocation)
                node = NodeId(parents[node.index()]);
            if (node == NodeId()) continue;
            const uint64_t pc = pcs[node.index()];
            const auto [known, is_new] = first_calls_.try_emplace(function_of(node), pc);
            if (!is_new) known->second = std::min(known->second, pc);
        }
    }
    const auto first = first_calls_.find(function_of(frame.node));
    return first == first_calls_.end() || first->second == pcs[frame.node.index()];
}

void StackVotes::vote_by_container(std::vector<StackVote>& votes, size_t first) {
    size_t at = first;
    const std::string* allocated = nullptr;
    while (at < frames_.size() && frames_[at].kind->role == Role::allocator) allocated = &frames_[at++].kind->name;
    const bool has_lines = is_file_known(input_.frames.location(frames_[first].location));
    const bool may_be_element = allocated == nullptr && (has_lines || !is_first_call_of_its_function(frames_[first]));
    if (may_be_element) return;  // with debug information, an allocator would be there
    const size_t begin = at;
    const uint8_t family = at < frames_.size() ? frames_[at].kind->family : uint8_t{0};
    StorageRole role = StorageRole::none;
    while (at < frames_.size() && family != 0 && frames_[at].kind->family == family) {
        if (role == StorageRole::none) role = frames_[at].kind->storage;
        ++at;
        if (!has_lines) break;
    }
    const std::string container = container_of_run(begin, at);
    if (container.empty()) {
        if (allocated == nullptr) return;
        const DebugTypeId type = input_.book.find(*allocated);
        if (type != DebugTypeId()) {
            votes.push_back(object_vote(input_.book, input_.types, Evidence::allocator_argument, type, true));
        } else {
            votes.push_back({.evidence = Evidence::allocator_argument, .one = input_.types.object(*allocated, {})});
        }
        return;
    }
    const bool is_links = allocated != nullptr && allocated->ends_with("_Hash_node_base*");
    if (is_links) role = StorageRole::buckets;
    votes.push_back(storage_vote(container, role == StorageRole::none ? frames_[begin].kind->usual_storage : role));
    StackVote& vote = votes.back();
    if (!has_lines) vote.evidence = Evidence::symbol_name;
    if (vote.size_bytes == 0 || role == StorageRole::buckets) return;
    // Nodes of a hash table may or may not keep the hash code: one vote for each.
    const ContainerClass* known = input_.classes.of(input_.book.find(container));
    for (size_t node = 1; node < known->nodes.size(); ++node) {
        StackVote other = vote;
        other.one = other.several = input_.types.storage(*known, StorageRole::node, node);
        other.size_bytes = known->nodes[node].size_bytes;
        votes.push_back(other);
    }
}

// A closure has no name that symbols and debug information share: the first template argument of the maker's class is
// it.
DebugTypeId StackVotes::made_by_class_around(size_t frame) const {
    size_t depth = 0;
    while (depth < frame && frames_[frame - depth - 1].node == frames_[frame].node) ++depth;
    const auto scopes = input_.sites.scopes(input_.sites.at(frames_[frame].node));
    if (depth >= scopes.size()) return {};
    const auto arguments = input_.book.arguments(scopes[depth].of_class);
    return arguments.empty() ? DebugTypeId() : arguments[0].type;
}

void StackVotes::vote_by_maker(std::vector<StackVote>& votes, size_t first) {
    if (frames_[first].kind->role != Role::maker) return;
    const std::string& made = frames_[first].kind->name;
    DebugTypeId type = input_.book.find(made);
    if (type == DebugTypeId()) type = made_by_class_around(first);
    if (type != DebugTypeId())
        votes.push_back(object_vote(input_.book, input_.types, Evidence::allocator_argument, type, false));
    else
        votes.push_back({.evidence = Evidence::allocator_argument, .one = input_.types.object(made, {})});
}

}  // namespace heapkit::types

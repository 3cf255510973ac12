// SPDX-License-Identifier: MIT
//
// See call_votes.h.
//
// Side: heap, floor 4 (types).
#include "types/call_votes.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "symbols/short_name.h"
#include "symbols/type_name.h"
#include "types/name_parts.h"
#include "types/sites.h"

namespace heapkit::types {

using symbols::DebugType;
using symbols::DebugTypeId;
using symbols::TypeKind;

namespace {

constexpr size_t most_functions = 256;
constexpr size_t most_handed_on = 16;

// "robj *" → "robj", "const struct client *" → "client".
std::string label_of(std::string_view returns) {
    for (bool again = true; again;) {
        again = false;
        for (const std::string_view prefix : {"const ", "struct ", "union "})
            if (returns.starts_with(prefix)) returns.remove_prefix(prefix.size()), again = true;
        if (returns.ends_with('*') || returns.ends_with(' ')) returns.remove_suffix(1), again = true;
        if (returns.ends_with(" const")) returns.remove_suffix(6), again = true;
    }
    return std::string(returns);
}

class CallVoter {
   public:
    CallVoter(const StackVotesInput& input, const AllocatingCall& call, std::vector<StackVote>& votes)
        : input_(input), call_(call), votes_(votes) {}

    // What the compiler wrote of the call, and what is constructed in the memory that it returns.
    void vote_by_call() {
        const symbols::CallSite& site = input_.sites.at(call_.node);
        vote_for_new(Evidence::compiler, site.allocated);
        vote_for_new(Evidence::allocator_argument, site.constructed);
        vote_by_code();
    }

    // Outwards as long as functions hand on what they were given: each variable that takes it may know what it is.
    void vote_by_variable() {
        const auto parents = input_.snapshot.node_parent();
        NodeId node = call_.node;
        bool is_bare = true;  // nobody so far said what it is
        for (size_t count = 0; node != NodeId() && count < most_handed_on;
             ++count, node = NodeId(parents[node.index()])) {
            const symbols::CallSite& site = input_.sites.at(node);
            vote_for_variable(site, is_bare);
            const auto scopes = input_.sites.scopes(site);
            if (scopes.empty() || input_.book.type(scopes.back().returns).kind != TypeKind::pointer) return;
            is_bare = is_bare && hands_on_memory(scopes);
        }
    }

    // In C: functions that hand on what malloc returned say what it is when they do not return void*. Each may name the
    // class of just the block's size; the nearest one gives its name to what no class fits. What a function without
    // debug information hands on nobody knows: an interpreter may lie between.
    void vote_by_return() {
        const auto parents = input_.snapshot.node_parent();
        size_t looked_at = 0;
        bool is_handed_on = true;
        for (NodeId node = call_.node; node != NodeId() && is_handed_on; node = NodeId(parents[node.index()])) {
            const auto scopes = input_.sites.scopes(input_.sites.at(node));
            if (scopes.empty() && !allocates_for_others(node)) return;
            for (const symbols::CallScope& scope : scopes)
                is_handed_on = is_handed_on && ++looked_at < most_functions && vote_for_return(scope);
        }
    }

    // What is said only where no class has the block's size. Of structs at its start only if all that hand it on agree:
    // one that makes many kinds of objects says what they have in common, and its callers say more. A variable that
    // takes the result knows where to put fields; a return type alone is a guess.
    void vote_at_last() {
        const bool is_agreed = std::ranges::all_of(heads_, [&](DebugTypeId type) { return type == heads_.front(); });
        if (!heads_.empty() && is_agreed)
            votes_.push_back({.evidence = is_head_of_variable_ ? Evidence::result_variable : Evidence::guess,
                              .head = input_.types.object(heads_.front(), {.is_head = true}),
                              .size_bytes = input_.book.type(heads_.front()).size_bytes});
        if (label_.empty()) label_ = std::move(characters_);
        if (!label_.empty()) votes_.push_back({.evidence = Evidence::guess, .one = input_.types.label(label_)});
    }

   private:
    // xmalloc, and the C library's strdup, getline, …
    bool allocates_for_others(NodeId node) const {
        const symbols::LocationId location = input_.frames.at(node).front();
        const std::string_view module = input_.frames.text(input_.frames.location(location).module);
        return is_plumbing(input_.frames, location) || module.starts_with("libc.so") || module.starts_with("libc-");
    }

    // Without debug information: the constructor that the code calls next, in a block of the size that it asks for.
    void vote_by_code() {
        const symbols::Constructed* const found = input_.constructors.at(call_.node);
        if (found == nullptr || call_.is_array) return;
        const auto [scope, function] = parts_of_function(symbols::qualified_function(found->function));
        const std::string_view own_name = symbols::without_template_arguments(function);
        if (scope.empty() || own_name != symbols::own_name_of(scope) || scope.starts_with("std::")) return;
        votes_.push_back({.evidence = Evidence::symbol_name,
                          .one = input_.types.object(scope, {}),
                          .size_bytes = found->size_bytes});
    }

    void vote_for_new(Evidence evidence, DebugTypeId type) {
        if (input_.book.type(type).size_bytes == 0) return;
        StackVote vote = object_vote(input_.book, input_.types, evidence, type, call_.is_array);
        const uint32_t behind_count = StackVote::count_bytes;
        if (call_.is_array)
            vote.counted = input_.types.object(type, {.is_array = true, .first_offset_bytes = behind_count});
        votes_.push_back(vote);
    }

    // A function that returns void*, or char*, which was used for that before C had the former; but "sds" is a word.
    bool hands_on_memory(std::span<const symbols::CallScope> scopes) const {
        const DebugType& returns = input_.book.type(scopes.back().returns);
        if (returns.kind != TypeKind::pointer) return false;
        return returns.target == DebugTypeId() ||
               (input_.book.type(returns.target).is_character &&
                label_of(input_.sites.text(scopes.back().returns_name)) == input_.book.name(returns.target));
    }

    // A pointer to characters that is handed on says nothing: who takes it knows. Of structs only one, unless the
    // function is there to allocate many: a variable of a base class, or of what is common to all objects, would fit
    // too often.
    void vote_for_variable(const symbols::CallSite& site, bool is_bare) {
        const DebugType& what = input_.book.type(site.assigned);
        if (what.size_bytes == 0 || what.kind == TypeKind::unknown) return;
        const auto scopes = input_.sites.scopes(site);
        if (what.is_character && !is_bare) return;
        if (what.is_character && !call_.is_new && !scopes.empty() && hands_on_memory(scopes)) {
            characters_ = input_.book.name(site.assigned) + "[]";
            return;
        }
        bool may_be_several = what.kind == TypeKind::pointer || what.kind == TypeKind::basic;
        for (const symbols::CallScope& scope : scopes)
            may_be_several |= input_.frames.text(scope.function).find("calloc") != std::string_view::npos;
        votes_.push_back(
            object_vote(input_.book, input_.types, Evidence::result_variable, site.assigned, may_be_several));
        const bool may_be_base = scopes.empty() || (is_cpp(scopes.back()) && (call_.is_new || !is_bare));
        if (what.kind == TypeKind::structure && !may_be_base) {
            heads_.push_back(site.assigned);
            is_head_of_variable_ |= is_bare;
        }
    }

    bool is_cpp(const symbols::CallScope& scope) const {
        return input_.frames.text(scope.function).find_first_of(":(") != std::string_view::npos;
    }

    // False when the function does not hand on a pointer, or is of C++, where a constructor may come between: there
    // only the one that called the allocator says something, `return new Point{1, 2}`, and only of what is just as
    // large.
    bool vote_for_return(const symbols::CallScope& scope) {
        const DebugType& returns = input_.book.type(scope.returns);
        if (returns.kind != TypeKind::pointer) return false;
        const DebugType& what = input_.book.type(returns.target);
        const bool is_class = what.kind == TypeKind::structure && what.size_bytes != 0;
        if (is_class) votes_.push_back(object_vote(input_.book, input_.types, Evidence::guess, returns.target, false));
        if (is_cpp(scope)) return false;
        if (is_class) heads_.push_back(returns.target);
        // A class has one name, however many typedefs it has.
        std::string label =
            is_class ? input_.book.name(returns.target) : label_of(input_.sites.text(scope.returns_name));
        if (label == "void" || !label_.empty()) return true;
        if (what.kind == TypeKind::basic && label == input_.book.name(returns.target)) label += "[]";
        label_ = std::move(label);
        return true;
    }

    const StackVotesInput& input_;
    const AllocatingCall& call_;
    std::vector<StackVote>& votes_;
    std::string label_;
    std::vector<DebugTypeId> heads_;  // structs at the start of what was allocated, nearest first
    bool is_head_of_variable_ = false;
    std::string characters_;  // "char[]", where nobody says more
};

}  // namespace

void append_call_votes(const StackVotesInput& input, const AllocatingCall& call, std::vector<StackVote>& votes) {
    CallVoter voter(input, call, votes);
    voter.vote_by_call();
    voter.vote_by_variable();
    voter.vote_by_return();
    voter.vote_at_last();
}

}  // namespace heapkit::types

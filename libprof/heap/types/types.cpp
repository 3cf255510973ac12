// SPDX-License-Identifier: MIT
//
// The votes, in order of their certainty: vtable, then allocation site.
//
// Side: heap, floor 4 (types).
//
// Blocks are many, what decides of them is not: each distinct vtable pointer and each stack is looked at once, and a
// block costs a few loads.
#include "types/types.h"

#include <array>
#include <unordered_map>

#include "symbols/short_name.h"
#include "types/sites.h"
#include "types/vtable.h"

namespace heapkit::types {
namespace {

constexpr TypeId unknown{size_t{0}};

class Inference {
   public:
    Inference(const read::Snapshot& snapshot, const read::Words& words, const symbols::Frames& frames)
        : words_(words), frames_(frames), sites_(snapshot, frames), of_target_(words.targets.size()) {
        of_stack_.resize(snapshot.stacks().size());
        types.push_back({.name = "unknown", .full_name = "unknown"});
    }

    std::vector<Type> types;

    // By trust, surest first.
    std::vector<Vote> votes_of(const read::Blocks& blocks, size_t block) {
        std::vector<Vote> votes;
        if (const TypeId type = type_by_vtable(block); type != unknown) votes.push_back({Evidence::vtable, type});
        if (const TypeId type = type_by_site(blocks.stack[block]); type != unknown)
            votes.push_back({Evidence::allocation_site, type});
        return votes;
    }
    Vote best_of(const read::Blocks& blocks, size_t block) {
        if (const TypeId type = type_by_vtable(block); type != unknown) return {Evidence::vtable, type};
        const TypeId type = type_by_site(blocks.stack[block]);
        return {type == unknown ? Evidence::none : Evidence::allocation_site, type};
    }

   private:
    // What was found out of a target or a stack, if it was looked at.
    struct Answer {
        bool is_known = false;
        TypeId type = unknown;
    };

    TypeId type_by_vtable(size_t block) {
        const uint32_t begin = block == 0 ? 0 : words_.block_end[block - 1];
        constexpr uint32_t module_pointer_at_0 = PROF_WORD_MODULE;
        if (begin == words_.block_end[block] || words_.slot[begin] != module_pointer_at_0) return unknown;
        const uint32_t target = words_.value[begin];
        Answer& answer = of_target_[target];
        if (!answer.is_known) {
            const std::string name = class_of_vtable(words_.targets[target], frames_);
            answer = {true, name.empty() ? unknown : intern(symbols::short_type(name), name, Type::Form::object)};
        }
        return answer.type;
    }

    TypeId type_by_site(uint32_t stack) {
        Answer& answer = of_stack_[stack];
        if (!answer.is_known) {
            const auto site = sites_.site_of(StackId(stack));
            const std::string text = site ? sites_.text_of(*site) : "";
            answer = {true, site ? intern(text, text, Type::Form::place) : unknown};
        }
        return answer.type;
    }

    // One type a name and form: two vtables of one class, in two modules, are one type.
    TypeId intern(const std::string& name, const std::string& full_name, Type::Form form) {
        const auto [known, is_new] =
            id_of_.try_emplace(std::to_string(static_cast<int>(form)) + ' ' + full_name, types.size());
        if (is_new) types.push_back({.name = name, .full_name = full_name, .form = form});
        return known->second;
    }

    const read::Words& words_;
    const symbols::Frames& frames_;
    const Sites sites_;
    std::vector<Answer> of_target_, of_stack_;
    std::unordered_map<std::string, TypeId> id_of_;
};

}  // namespace

std::string_view to_text(Evidence evidence) noexcept {
    constexpr std::array<std::string_view, evidence_count> texts = {
        "none",           "allocation site", "guess",              "field of a guess", "result variable",
        "stack variable", "field",           "allocator argument", "vtable",           "compiler",
        "declared"};
    return texts[static_cast<size_t>(evidence)];
}

std::string_view to_text(Trust trust) noexcept {
    constexpr std::array<std::string_view, 5> texts = {"none", "low", "medium", "high", "certain"};
    return texts[static_cast<size_t>(trust)];
}

Trust trust_in(Evidence evidence) noexcept {
    switch (evidence) {
        case Evidence::none:
        case Evidence::allocation_site:
            return Trust::none;
        case Evidence::guess:
        case Evidence::seeded_field:
            return Trust::low;
        case Evidence::result_variable:
        case Evidence::stack_variable:
            return Trust::medium;
        case Evidence::field:
        case Evidence::allocator_argument:
            return Trust::high;
        case Evidence::vtable:
        case Evidence::compiler:
        case Evidence::declared:
            return Trust::certain;
    }
    return Trust::none;
}

struct Types::State {
    State(const read::Snapshot& snapshot, const read::Blocks& blocks_, const read::Words& words,
          const symbols::Frames& frames)
        : blocks(blocks_), inference(snapshot, words, frames) {}

    const read::Blocks& blocks;
    Inference inference;
};

Types::Types() = default;
Types::Types(Types&&) noexcept = default;
Types& Types::operator=(Types&&) noexcept = default;
Types::~Types() = default;

std::vector<Vote> Types::votes(BlockId block) const { return state_->inference.votes_of(state_->blocks, block.index()); }

Types Types::infer(const read::Snapshot& snapshot, const read::Blocks& blocks, const read::Words& words,
                   const symbols::Frames& frames) {
    Types types;
    types.state_ = std::make_unique<State>(snapshot, blocks, words, frames);
    types.of_block_.resize(blocks.count());
    types.evidence_.resize(blocks.count());
    types.containers_.of_block.resize(blocks.count());
    types.containers_.role_of.resize(blocks.count());
    for (size_t block = 0; block < blocks.count(); ++block) {
        const Vote best = types.state_->inference.best_of(blocks, block);
        types.of_block_[block] = best.type;
        types.evidence_[block] = best.evidence;
    }
    types.types_ = types.state_->inference.types;
    return types;
}

}  // namespace heapkit::types

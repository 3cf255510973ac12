// SPDX-License-Identifier: MIT
//
// The votes, in order of their certainty: vtable, then allocation site.
//
// Side: heap, floor 4 (types).
//
// Blocks are many, what decides of them is not: each distinct vtable pointer and each stack is looked at once, and a
// block costs a few loads.
#include "types/types.h"

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
        : snapshot_(snapshot),
          words_(words),
          frames_(frames),
          sites_(snapshot, frames),
          of_target_(words.targets.size()),
          of_stack_(snapshot.stacks().size()) {
        types.push_back({"unknown", Evidence::none});
    }

    std::vector<Type> types;

    TypeId type_of(const read::Blocks& blocks, size_t block) {
        if (const TypeId type = type_by_vtable(block); type != unknown) return type;
        return type_by_site(blocks.stack[block]);
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
            answer = {true, name.empty() ? unknown : intern({symbols::short_type(name), Evidence::vtable})};
        }
        return answer.type;
    }

    TypeId type_by_site(uint32_t stack) {
        Answer& answer = of_stack_[stack];
        if (!answer.is_known) {
            const auto site = sites_.site_of(StackId(stack));
            answer = {true, site ? intern({sites_.text_of(*site), Evidence::allocation_site}) : unknown};
        }
        return answer.type;
    }

    // One type a name and evidence: two vtables of one class, in two modules, are one type.
    TypeId intern(Type type) {
        const auto [known, is_new] =
            id_of_.try_emplace(std::string(to_text(type.evidence)) + ' ' + type.name, types.size());
        if (is_new) types.push_back(std::move(type));
        return known->second;
    }

    const read::Snapshot& snapshot_;
    const read::Words& words_;
    const symbols::Frames& frames_;
    const Sites sites_;
    std::vector<Answer> of_target_, of_stack_;
    std::unordered_map<std::string, TypeId> id_of_;
};

}  // namespace

std::string_view to_text(Evidence evidence) noexcept {
    switch (evidence) {
        case Evidence::none:
            return "none";
        case Evidence::allocation_site:
            return "allocation site";
        case Evidence::vtable:
            return "vtable";
    }
    return "none";
}

Types Types::infer(const read::Snapshot& snapshot, const read::Blocks& blocks, const read::Words& words,
                   const symbols::Frames& frames) {
    Inference inference(snapshot, words, frames);
    Types types;
    types.of_block_.resize(blocks.count());
    for (size_t block = 0; block < blocks.count(); ++block) types.of_block_[block] = inference.type_of(blocks, block);
    types.types_ = std::move(inference.types);
    return types;
}

}  // namespace heapkit::types

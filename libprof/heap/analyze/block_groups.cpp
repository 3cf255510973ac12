// SPDX-License-Identifier: MIT
//
// Groups of blocks, by numbers first and by names for what is shown.
//
// Side: heap, floor 7 (analyze).
#include "analyze/block_groups.h"

namespace heapkit::analyze {

std::optional<BlockKey> parse_block_key(std::string_view text) noexcept {
    for (const BlockKey key : {BlockKey::type, BlockKey::owner, BlockKey::site})
        if (to_text(key) == text) return key;
    return std::nullopt;
}

std::string_view to_text(BlockKey key) noexcept {
    switch (key) {
        case BlockKey::type:
            return "type";
        case BlockKey::owner:
            return "owner";
        case BlockKey::site:
            break;
    }
    return "site";
}

bool has_words(const Heap& heap) noexcept { return heap.snapshot().process().contents != PROF_CONTENTS_NONE; }

BlockNames::BlockNames(const Heap& heap) : heap_(&heap), sites_(heap.snapshot(), heap.frames()) {
    const size_t stacks = heap.snapshot().stacks().size();
    site_of_stack_.reserve(stacks);
    for (size_t stack = 0; stack < stacks; ++stack) {
        const auto site = sites_.site_of(StackId(stack));
        site_of_stack_.push_back(site ? site->value + 1 : 0);
    }
}

Result<BlockNames> BlockNames::of(const Heap& heap, bool with_owners) {
    BlockNames names(heap);
    if (!with_owners) return names;
    const auto references = heap.references();
    if (!references) return references.error();
    names.owners_ = std::make_unique<FieldOwners>(heap, **references);
    return names;
}

uint32_t BlockNames::number(BlockKey key, BlockId block) const {
    switch (key) {
        case BlockKey::type:
            return heap_->types().of(block).value;
        case BlockKey::owner:
            return owners_ ? owners_->of(block) : FieldOwners::nobody;
        case BlockKey::site:
            break;
    }
    return site_of_stack_[heap_->blocks().stack_of(block).index()];
}

std::string BlockNames::name(BlockKey key, uint32_t number) const {
    switch (key) {
        case BlockKey::type:
            return bare_name(heap_->types().type(types::TypeId(number)).name);
        case BlockKey::owner:
            return owners_ ? owners_->name(number) : "";
        case BlockKey::site:
            break;
    }
    return number == 0 ? "unknown" : bare_name(sites_.text_of(symbols::LocationId(number - 1)));
}

uint32_t BlockGroups::of(BlockId block) {
    const Member member = {.first = names_.number(first_, block),
                           .second = second_ ? names_.number(*second_, block) : 0};
    const uint64_t key = uint64_t{member.first} << 32 | member.second;
    const auto [entry, is_new] = known_.try_emplace(key, static_cast<uint32_t>(members_.size()));
    if (is_new) members_.push_back(member);
    return entry->second;
}

std::string BlockGroups::second_name(uint32_t group) const {
    return second_ ? names_.name(*second_, members_[group].second) : "";
}

}  // namespace heapkit::analyze

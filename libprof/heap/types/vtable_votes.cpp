// SPDX-License-Identifier: MIT
//
// See vtable_votes.h.
//
// Side: heap, floor 4 (types).
#include "types/vtable_votes.h"

#include "read/words.h"
#include "types/vtable_classes.h"

namespace heapkit::types {

namespace {

constexpr uint64_t count_bytes = 8;
constexpr uint32_t index_of(uint32_t slot) { return slot >> PROF_WORD_KIND_BITS; }
constexpr uint32_t kind_of_word(uint32_t slot) { return slot & ((1u << PROF_WORD_KIND_BITS) - 1); }

}  // namespace

VtableVotes::VtableVotes(const read::Blocks& blocks, const read::Words& words, const symbols::Frames& frames,
                         const symbols::TypeBook& book, TypeTable& types)
    : blocks_(blocks), words_(words), frames_(frames), book_(book), types_(types), of_target_(words.targets.size()) {}

const VtableVotes::Answer& VtableVotes::answer_for(uint32_t target) {
    Answer& answer = of_target_[target];
    if (answer.is_known) return answer;
    answer.is_known = true;
    const uint64_t vptr = words_.targets[target];
    const Vtable vtable = vtable_at(vptr, frames_);
    answer.kind = vtable.kind;
    if (vtable.of_class.empty()) return answer;
    const symbols::DebugTypeId type = class_of(vptr, vtable.of_class);
    if (type == symbols::DebugTypeId()) {
        answer.one = types_.object(vtable.of_class, {});
        return answer;
    }
    answer.one = types_.object(type, {});
    answer.counted = types_.object(type, {.is_array = true, .first_offset_bytes = count_bytes});
    answer.size_bytes = book_.type(type).size_bytes;
    return answer;
}

symbols::DebugTypeId VtableVotes::class_of(uint64_t vptr, const std::string& name) {
    const auto [known, is_new] = of_address_.try_emplace(vptr);
    if (is_new && !name.empty()) known->second = class_in_book(vptr, name, frames_, book_);
    return known->second;
}

symbols::DebugTypeId VtableVotes::class_of(uint64_t vptr) {
    const auto known = of_address_.find(vptr);
    return known != of_address_.end() ? known->second : class_of(vptr, class_of_vtable(vptr, frames_));
}

std::optional<uint32_t> VtableVotes::first_target(BlockId block) const {
    const uint64_t begin = block.index() == 0 ? 0 : words_.block_end[block.index() - 1];
    if (begin == words_.block_end[block.index()]) return std::nullopt;
    const uint32_t first = words_.slot[begin];
    if (index_of(first) != 0 || kind_of_word(first) != PROF_WORD_MODULE) return std::nullopt;
    return words_.value[begin];
}

VtableKind VtableVotes::kind_of(BlockId block) {
    const auto target = first_target(block);
    return target ? answer_for(*target).kind : VtableKind::none;
}

uint64_t VtableVotes::vptr_of(BlockId block) const {
    const auto target = first_target(block);
    return target ? words_.targets[*target] : 0;
}

TypeId VtableVotes::of(BlockId block) {
    const uint64_t begin = block.index() == 0 ? 0 : words_.block_end[block.index() - 1];
    const uint64_t end = words_.block_end[block.index()];
    if (begin == end) return unknown_type;
    const uint32_t first = words_.slot[begin];
    if (index_of(first) == 0 && kind_of_word(first) == PROF_WORD_MODULE) return answer_for(words_.value[begin]).one;
    const bool may_be_count = index_of(first) == 0 && kind_of_word(first) == PROF_WORD_INTEGER && begin + 1 < end;
    if (!may_be_count) return unknown_type;
    const uint32_t second = words_.slot[begin + 1];
    if (index_of(second) != 1 || kind_of_word(second) != PROF_WORD_MODULE) return unknown_type;
    const Answer& answer = answer_for(words_.value[begin + 1]);
    const uint64_t counted = answer.size_bytes * words_.value[begin] + count_bytes;
    return answer.size_bytes != 0 && counted == blocks_.size_bytes(block) ? answer.counted : unknown_type;
}

}  // namespace heapkit::types

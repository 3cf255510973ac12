// SPDX-License-Identifier: MIT
//
// Words: what blocks and roots hold, checked so that whoever follows a word needs to look at nothing again.
//
// Side: heap, floor 2 (read).
//
// A word is one entry of the columns slot and value; a pointer into another block takes two:
//
//     slot   index 2 | BLOCK      index 3 | INTERIOR   offset >> 32 | EXTRA   index 9 | MODULE
//     value  block                block                offset                 place in targets
//
// One pass over all entries, 2–3 ns each, on all processors; only INTERIOR looks at another block's size, the one
// random access.
#include <algorithm>
#include <vector>

#include "base/parallel.h"
#include "read/columns.h"

namespace heapkit::read {
namespace {

constexpr uint32_t kind_mask = (1u << PROF_WORD_KIND_BITS) - 1;

uint32_t kind_of(uint32_t slot) { return slot & kind_mask; }
uint64_t index_of(uint32_t slot) { return slot >> PROF_WORD_KIND_BITS; }

// The bytes that belong to a block: what was asked for, and the slack behind it.
uint64_t extent_bytes(const Blocks& blocks, size_t block) {
    return blocks.reach_bytes(BlockId(block)) + blocks.slack[block];
}

class WordChecker {
   public:
    WordChecker(const Words& words, const Blocks& blocks) : words_(words), blocks_(blocks) {}

    // What is wrong with the entries [begin, end), the words of an area of `area_bytes`; nullptr when nothing is.
    const char* wrong_with(uint64_t begin, uint64_t end, uint64_t area_bytes) const {
        int64_t last_index = -1;
        for (uint64_t i = begin; i < end; ++i) {
            const uint32_t slot = words_.slot[i];
            const uint64_t index = index_of(slot);
            if (static_cast<int64_t>(index) <= last_index) return "is not in ascending order";
            if (index * sizeof(uint64_t) >= area_bytes) return "has a word outside its block";
            last_index = static_cast<int64_t>(index);
            const bool is_pair_of_entries = kind_of(slot) == PROF_WORD_INTERIOR;
            if (is_pair_of_entries && (i + 1 == end || kind_of(words_.slot[i + 1]) != PROF_WORD_EXTRA))
                return "has a pointer into a block without its offset";
            if (const char* wrong = wrong_with_value(i, area_bytes)) return wrong;
            i += is_pair_of_entries;
        }
        return nullptr;
    }

   private:
    const char* wrong_with_value(uint64_t i, uint64_t area_bytes) const {
        const uint32_t value = words_.value[i];
        switch (kind_of(words_.slot[i])) {
            case PROF_WORD_BLOCK:
            case PROF_WORD_END:
                return value < blocks_.count() ? nullptr : "has a pointer to a block that does not exist";
            case PROF_WORD_INTERIOR: {
                if (value >= blocks_.count()) return "has a pointer into a block that does not exist";
                const uint64_t offset = index_of(words_.slot[i + 1]) << 32 | words_.value[i + 1];
                return offset <= extent_bytes(blocks_, value) ? nullptr : "has a pointer that misses its block";
            }
            case PROF_WORD_MODULE:
            case PROF_WORD_STACK:
                return value < words_.targets.size() ? nullptr : "has a pointer to a target that does not exist";
            case PROF_WORD_SELF:
                return value <= area_bytes ? nullptr : "has a pointer that misses its own block";
            case PROF_WORD_EXTRA:
                return "has an offset without its pointer";
            default:
                return nullptr;
        }
    }

    const Words& words_;
    const Blocks& blocks_;
};

const char* wrong_with_owner(const prof_root& root, const SmallSections& small) {
    switch (root.kind) {
        case PROF_ROOT_GLOBALS:
            return root.owner < small.modules.size() ? nullptr : "names a module that does not exist";
        case PROF_ROOT_STACK:
        case PROF_ROOT_REGISTERS:
        case PROF_ROOT_TLS:
        case PROF_ROOT_IN_FLIGHT:
            return root.owner < small.threads.size() ? nullptr : "names a thread that does not exist";
        case PROF_ROOT_MAPPING:
            return root.owner < small.maps.size() ? nullptr : "names a mapping that does not exist";
        case PROF_ROOT_DECLARED:
            return root.owner < small.strings.size() ? nullptr : "names a string that does not exist";
        default:
            return nullptr;  // a kind of a later minor version
    }
}

// Roots' words stand behind those of the blocks, root after root.
const char* wrong_with_roots(const Words& words, const SmallSections& small) {
    uint64_t last_end = words.block_end.empty() ? 0 : words.block_end.back();
    for (const prof_root& root : words.roots) {
        if (const char* wrong = wrong_with_owner(root, small)) return wrong;
        if (root.bytes > UINT64_MAX - root.address) return "has a root that ends beyond the address space";
        if (root.words_begin < last_end || root.words_end < root.words_begin || root.words_end > words.slot.size())
            return "names words that do not exist";
        last_end = root.words_end;
    }
    return nullptr;
}

const char* wrong_with_word_counts(const Words& words, const Blocks& blocks) {
    if (words.block_end.size() != blocks.count()) return "is not as long as the columns of blocks";
    if (!std::is_sorted(words.block_end.begin(), words.block_end.end())) return "is not in ascending order";
    if (!words.block_end.empty() && words.block_end.back() > words.slot.size()) return "names words that do not exist";
    return nullptr;
}

const char* wrong_with_slots(const Words& words, const Blocks& blocks) {
    const WordChecker checker(words, blocks);
    std::vector<const char*> wrong_in(parts_of(blocks.count()));
    in_parts(blocks.count(), wrong_in.size(), [&](size_t part, size_t first, size_t last) {
        uint64_t begin = first == 0 ? 0 : words.block_end[first - 1];
        for (size_t block = first; block < last && wrong_in[part] == nullptr; ++block) {
            const uint64_t end = words.block_end[block];
            if (begin != end) wrong_in[part] = checker.wrong_with(begin, end, extent_bytes(blocks, block));
            begin = end;
        }
    });
    for (const char* wrong : wrong_in)
        if (wrong != nullptr) return wrong;
    for (const prof_root& root : words.roots)
        if (const char* wrong = checker.wrong_with(root.words_begin, root.words_end, root.bytes)) return wrong;
    return nullptr;
}

Result<Words> word_columns(const Sections& sections, WordColumns& columns) {
    auto block_end = sections.numbers<uint32_t>(PROF_SECTION_BLOCK_WORDS_END);
    if (!block_end) return block_end.error();
    auto slot = sections.numbers<uint32_t>(PROF_SECTION_WORD_SLOT);
    if (!slot) return slot.error();
    auto value = sections.numbers<uint32_t>(PROF_SECTION_WORD_VALUE);
    if (!value) return value.error();
    auto targets = sections.numbers<uint64_t>(PROF_SECTION_WORD_TARGETS);
    if (!targets) return targets.error();
    auto roots = sections.rows<prof_root>(PROF_SECTION_ROOTS, columns.copied_roots);
    if (!roots) return roots.error();
    return Words{*block_end, *slot, *value, *targets, *roots};
}

}  // namespace

Result<Words> read_words(const Sections& sections, const SmallSections& small, const Blocks& blocks,
                         WordColumns& columns) {
    auto read = word_columns(sections, columns);
    if (!read) return read;
    Words& words = *read;
    if (words.block_end.empty()) {
        columns.no_words.assign(blocks.count(), 0);
        words.block_end = columns.no_words;
    }
    if (words.value.size() != words.slot.size())
        return sections.damaged(PROF_SECTION_WORD_VALUE, "is not as long as the slots");
    if (const char* wrong = wrong_with_word_counts(words, blocks))
        return sections.damaged(PROF_SECTION_BLOCK_WORDS_END, wrong);
    if (const char* wrong = wrong_with_roots(words, small)) return sections.damaged(PROF_SECTION_ROOTS, wrong);
    if (const char* wrong = wrong_with_slots(words, blocks)) return sections.damaged(PROF_SECTION_WORD_SLOT, wrong);
    return read;
}

}  // namespace heapkit::read

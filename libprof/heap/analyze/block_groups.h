// SPDX-License-Identifier: MIT
//
// Every block's group: by its type, by the field that owns it, by the site that allocated it, or by two of these.
//
// Side:   heap, floor 7 (analyze).
// Cost:   a load or two a block by type and by site; by owner FieldOwners'.
// Memory: by site 4 bytes a stack; of a pair 16 bytes for each that occurs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyze/field_owners.h"
#include "heap.h"
#include "types/sites.h"

namespace heapkit::analyze {

enum class BlockKey : uint8_t { type, owner, site };
std::optional<BlockKey> parse_block_key(std::string_view text) noexcept;
std::string_view to_text(BlockKey key) noexcept;  // "type", "owner", "site"

// Whether the snapshot was taken with contents: only then owners are known.
bool has_words(const Heap& heap) noexcept;

// What all groupings of one answer share.
class BlockNames {
   public:
    // Errors: those of Heap::references(), when `with_owners`. `heap` must outlive it.
    static Result<BlockNames> of(const Heap& heap, bool with_owners);

    // Numbers of one key are dense; 0 is what is not known.
    uint32_t number(BlockKey key, BlockId block) const;
    // "Document", "Document::mime_type_", "Store::insert(int) store.cpp:27".
    std::string name(BlockKey key, uint32_t number) const;

    const Heap& heap() const noexcept { return *heap_; }
    bool has_owners() const noexcept { return owners_ != nullptr; }

   private:
    explicit BlockNames(const Heap& heap);
    const Heap* heap_;
    types::Sites sites_;
    std::vector<uint32_t> site_of_stack_;
    std::unique_ptr<FieldOwners> owners_;  // stays where it is: its parts refer to each other
};

// Groups by one key, or by a pair: the rows of a table.
class BlockGroups {
   public:
    BlockGroups(const BlockNames& names, BlockKey first, std::optional<BlockKey> second = std::nullopt)
        : names_(names), first_(first), second_(second) {}

    uint32_t of(BlockId block);  // dense, in the order in which they are met
    size_t count() const noexcept { return members_.size(); }
    std::string first_name(uint32_t group) const { return names_.name(first_, members_[group].first); }
    std::string second_name(uint32_t group) const;  // "" without a second key
    BlockKey first() const noexcept { return first_; }
    std::optional<BlockKey> second() const noexcept { return second_; }

   private:
    struct Member {
        uint32_t first, second;
    };
    const BlockNames& names_;
    const BlockKey first_;
    const std::optional<BlockKey> second_;
    std::vector<Member> members_;
    std::unordered_map<uint64_t, uint32_t> known_;
};

}  // namespace heapkit::analyze

// SPDX-License-Identifier: MIT
//
// Which field owns each block: "Document::mime_type_" of the texts of all documents.
//
// Side:   heap, floor 7 (analyze).
// Cost:   one pass over the references; each object is looked at once.
// Memory: 8 bytes a block, container and root.
//
// The field is the last step of the shortest way from a root, or any reference that owns it where no root reaches it.
// Names are those of OwnerNames. Storage belongs to the field that its container is; what a container holds has that
// field's name with "[]".
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyze/owner_names.h"

namespace heapkit::analyze {

class FieldOwners {
   public:
    static constexpr uint32_t nobody = 0;

    // Both must outlive it.
    FieldOwners(const Heap& heap, const refs::References& references);

    // Numbered from 1 as they are met; `nobody` when nothing owns the block.
    FieldOwners(const FieldOwners&) = delete;
    FieldOwners& operator=(const FieldOwners&) = delete;

    uint32_t of(BlockId block) const { return of_vertex(references_.vertices().of_block(block).value); }
    size_t count() const noexcept { return examples_.size(); }
    std::string name(uint32_t owner) const;  // "nothing that owns it" for nobody

   private:
    uint32_t of_vertex(uint32_t vertex) const;
    uint32_t owner_through(uint32_t edge, uint32_t vertex, uint32_t depth) const;
    uint32_t number_of(uint64_t key, uint32_t vertex) const;
    uint32_t holder_of(uint32_t edge, uint32_t vertex) const;
    bool is_element(uint64_t field_key, uint32_t edge) const;

    const refs::References& references_;
    const VertexText text_;
    const OwnerNames names_;
    std::vector<uint32_t> holders_;           // a vertex: where its path's last edge begins
    mutable std::vector<uint32_t> known_;     // a vertex: its owner
    mutable std::vector<uint32_t> examples_;  // an owner: a vertex that it owns
    mutable std::unordered_map<uint64_t, uint32_t> owner_of_key_;
    mutable std::unordered_map<uint64_t, bool> is_element_;
};

}  // namespace heapkit::analyze

// SPDX-License-Identifier: MIT
//
// What a set of objects keeps alive, by kind: those of one type that hang on the same objects, through fields that
// differ in indices alone, are one line: "7,072 × Document". The step that the dominator tree is walked down by.
//
// Side: heap, floor 7 (analyze).
// Cost: one pass over the set and what it dominates immediately.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analyze/ownership.h"
#include "analyze/vertex_text.h"

namespace heapkit::analyze {

using VertexSet = std::vector<uint32_t>;

class OwnedKinds {
   public:
    // All must outlive it.
    OwnedKinds(const Heap& heap, const Ownership& ownership)
        : ownership_(ownership), references_(ownership.references()), text_(heap, references_) {}

    // What the members dominate immediately, as it is.
    VertexSet below(std::span<const uint32_t> members) const;
    // In the order in which kinds are met.
    std::vector<VertexSet> by_kind(std::span<const uint32_t> vertices) const;
    int64_t retained_bytes(std::span<const uint32_t> members) const;
    // Of vertices of one kind: "docs_ unordered_map<int, Document>", "7,072 × captured user UserRecord", "cache".
    std::string name_of(std::span<const uint32_t> kind) const;

    const VertexText& text() const noexcept { return text_; }

   private:
    uint32_t edge_from_dominator(uint32_t vertex) const;
    uint64_t kind_of(uint32_t vertex) const;
    std::string any_index(uint32_t edge) const;

    const Ownership& ownership_;
    const refs::References& references_;
    const VertexText text_;
};

// The top of the tree: roots, and in groups of their own what several of them share, what is only looked at, and what
// nothing leads to. The groups are no sets that dominate anything: what is in them hangs below them.
struct OwnedTops {
    VertexSet roots;
    struct Rest {
        std::string name;
        VertexSet members;
    };
    std::vector<Rest> rest;  // those that are not empty
};
OwnedTops owned_tops(const Ownership& ownership);

}  // namespace heapkit::analyze

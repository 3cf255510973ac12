// SPDX-License-Identifier: MIT
//
// What a container is called: by the class and the member that it is, "DocumentCache::docs_".
//
// Side:   heap, floor 7 (analyze).
// Memory: one text for each field and kind of owner.
//
// The class is the innermost that declares the member, so that Server::cache_.docs_ and a global cache's docs_ have one
// name. A container that is a variable itself has the variable's name; one that is an element of another has that one's
// with "[]"; one that lies in a block of its own has the name of the pointer to it.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "analyze/vertex_text.h"

namespace heapkit::analyze {

class OwnerNames {
   public:
    // All must outlive it.
    OwnerNames(const Heap& heap, const refs::References& references, const VertexText& text)
        : heap_(heap), references_(references), text_(text) {}

    std::string of(refs::VertexId container) const;
    // The reference that a name is made of: from a path's root, or any that owns it; no_edge for what nobody refers to.
    uint32_t owning_edge(refs::VertexId container) const;

   private:
    std::string field_name(uint32_t edge, refs::VertexId holder, const std::string& label) const;
    symbols::DebugTypeId type_of_holder(refs::VertexId holder) const;

    const Heap& heap_;
    const refs::References& references_;
    const VertexText& text_;
    mutable std::unordered_map<uint64_t, std::string> known_;
};

}  // namespace heapkit::analyze

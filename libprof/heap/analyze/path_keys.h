// SPDX-License-Identifier: MIT
//
// A number for the way on which an object is owned, equal in two snapshots of one program when the way reads the same:
// how a container is known again.
//
// Side:   heap, floor 7 (analyze).
// Cost:   each vertex on a way is looked at once.
// Memory: 8 bytes a vertex; a number for each type, root and field.
//
// The way is the shortest one from a root (References::paths), as names: root, fields without their indices, types. A
// type below itself adds nothing, so that the elements of a linked list have one way, however long it is; and neither
// addresses nor numbers of one snapshot go into it. Several containers may have one way: the tags of each document
// have. Who needs to tell those apart does it by address.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "analyze/vertex_text.h"

namespace heapkit::analyze {

class PathKeys {
   public:
    // All must outlive it.
    PathKeys(const refs::References& references, const VertexText& text);

    uint64_t of(uint32_t vertex) const;

   private:
    uint64_t work_out(uint32_t vertex) const;
    uint64_t kind(uint32_t vertex) const;
    uint64_t field(uint32_t edge) const;

    const refs::References& references_;
    const VertexText& text_;
    mutable std::vector<uint64_t> known_;  // 0: not yet
    mutable std::vector<uint32_t> way_;
    mutable std::unordered_map<uint64_t, uint64_t> kinds_, fields_;
};

}  // namespace heapkit::analyze

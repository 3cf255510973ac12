// SPDX-License-Identifier: MIT
//
// What a heapkit::Snapshot is behind its public face.
//
// Side:   heap, floor 8 (query).
// Memory: that of the heap, and what names vertices once it is asked for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <heapkit/heapkit.hpp>
#include "analyze/groups.h"
#include "analyze/vertex_text.h"
#include "heap.h"

namespace heapkit {

struct Snapshot::State {
    State(Heap opened, std::string path) : heap(std::move(opened)), file(std::move(path)) {}

    Heap heap;
    std::string file;
    mutable std::optional<analyze::VertexText> text;  // made when an object is first described

    // The graph, and that `object` is a vertex of it.
    Result<const refs::References*> references(Object object) const;
    const analyze::VertexText& names(const refs::References& references) const;
};

}  // namespace heapkit

namespace heapkit::query {

Result<analyze::Filter> filter_of(const Filters& filters);
Reference reference_at(const refs::References& references, uint32_t edge);
Result<std::vector<analyze::Group>> groups_of(const Heap& heap, const heapkit::Grouping& grouping);

}  // namespace heapkit::query

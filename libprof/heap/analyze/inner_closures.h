// SPDX-License-Identifier: MIT
//
// Closures that lie in their std::function: what they capture, who holds them, and what they alone keep alive. They are
// no vertices of the graph of references; the object or container that they lie in has their captures among its own
// references.
//
// Side:   heap, floor 7 (analyze).
// Cost:   one look at the words of each closure that is asked for.
// Memory: 16 bytes a captured object.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analyze/owner_names.h"
#include "analyze/ownership.h"
#include "analyze/vertex_text.h"
#include "heap.h"

namespace heapkit::analyze {

// What an object hangs in: the nearest container on the way from a root, or else a field or a variable.
struct ClosureHolder {
    static constexpr uint32_t no_vertex = UINT32_MAX;
    std::string name;             // "EventBus::handlers_", "Button::pressed"; "" when nothing holds it
    uint32_t vertex = no_vertex;  // of the container, or of what has the field
};
// Up from a vertex, itself included where it is a container. Without a container the name is "".
ClosureHolder container_above(const refs::References& references, const OwnerNames& names, uint32_t vertex);

class InnerClosures {
   public:
    // All must outlive it.
    InnerClosures(const Heap& heap, const Ownership& ownership, const VertexText& text, const OwnerNames& names)
        : heap_(heap), ownership_(ownership), references_(ownership.references()), text_(text), names_(names) {}

    uint64_t address(const types::InnerClosure& closure) const;
    ClosureHolder holder(const types::InnerClosure& closure) const;
    std::string member(const types::InnerClosure& closure) const;  // "Button::pressed"; "" in a container
    std::vector<std::string> captures(const types::InnerClosure& closure, size_t most) const;
    // Of many: the objects that nothing but their captures owns.
    std::vector<uint32_t> owned_alone(std::span<const types::InnerClosure> closures) const;

   private:
    template <typename Visit>
    void for_each_capture(const types::InnerClosure& closure, Visit visit) const;
    std::string root_name(const types::Place& place) const;

    const Heap& heap_;
    const Ownership& ownership_;
    const refs::References& references_;
    const VertexText& text_;
    const OwnerNames& names_;
};

}  // namespace heapkit::analyze

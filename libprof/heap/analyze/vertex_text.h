// SPDX-License-Identifier: MIT
//
// What an object, a container or a root is called on a screen, and what is worth saying of it.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <heapkit/shapes.h>
#include "heap.h"
#include "refs/references.h"
#include "types/sites.h"

namespace heapkit::analyze {

// A type's name without the namespaces and classes that it lies in: "vector<Subscription>" of
// "std::vector<docserver::EventBus::Subscription>".
std::string bare_name(std::string_view name);

// How a std::shared_ptr's counts stand, of a block that has them in front of its object or is nothing else.
struct UseCounts {
    uint32_t owners = 0, onlookers = 0;
};
std::optional<UseCounts> use_counts_of(const Heap& heap, BlockId block);

int64_t age_ns(const Heap& heap, BlockId block);

class VertexText {
   public:
    // Both must outlive it.
    VertexText(const Heap& heap, const refs::References& references);

    std::string name(refs::VertexId vertex) const;  // "UserRecord", "λ in handle_request(int)", "EventBus::handlers_"
    std::string full_name(refs::VertexId vertex) const;  // with namespaces
    // "48 B", "server.cpp:41 · 56 B", "48 B · shared_ptr: 1 of 1 owners found", "1,000 elements of 1,024 · 32 KiB",
    // "static member, event_bus.cpp:12".
    std::string facts(refs::VertexId vertex) const;
    // "in handle_request(int) server.cpp:38"; "" for roots, containers and the unknown stack.
    std::string site(refs::VertexId vertex) const;
    uint64_t address(refs::VertexId vertex) const;  // of a container where it lies itself; 0: none
    // Who refers through which field: "UserRecord::name", "EventBus::handlers_[17]", "λ in handle_request(int):
    // captured user". `edge` is one of the references' graph.
    std::string reference(uint32_t edge) const;
    // With name, facts, role, place and sizes; depth and marks are the caller's.
    NetNode node(refs::VertexId vertex) const;
    // Equal for vertices that people would call the same: objects of one type, containers of one class, one variable.
    uint64_t kind_key(refs::VertexId vertex) const;
    bool is_lost(refs::VertexId vertex) const;  // no path leads to it from a root

   private:
    std::string through(refs::VertexId holder, const std::string& label) const;
    std::string container_facts(refs::VertexId vertex) const;
    std::string name_in_python(refs::VertexId vertex) const;
    std::string root_facts(refs::VertexId vertex) const;
    size_t owners_of(refs::VertexId vertex) const;  // owning references to it
    const types::Type& type_of(refs::VertexId vertex) const;
    const types::Container& container_of(refs::VertexId vertex) const;

    const Heap& heap_;
    const refs::References& references_;
    const types::Sites sites_;
};

}  // namespace heapkit::analyze

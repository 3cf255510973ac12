// SPDX-License-Identifier: MIT
//
// Does a container answer to a name? By the variable that it lies in, and by each member on the way down to it: a map
// in a Cache in a Server is Server::cache_ and Cache::docs_. owner_names.h has the one name that it is shown by.
//
// Side:   heap, floor 7 (analyze).
// Memory: one answer a (type, offset) that was asked for.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "heap.h"

namespace heapkit::analyze {

class MemberNames {
   public:
    // `name` is a pattern as type names have (filter.h). All must outlive it.
    MemberNames(const Heap& heap, const read::Words& words, const std::string& name)
        : heap_(heap), words_(words), book_(heap.type_book()), name_(name) {}

    bool mean(const types::Container& container) const;

   private:
    bool in_variable(const types::Container& container) const;
    bool in_block(const types::Container& container) const;
    bool on_the_way(symbols::DebugTypeId type, uint64_t offset_bytes, symbols::DebugTypeId container) const;
    bool is_member(symbols::DebugTypeId of_class, const symbols::Member& member) const;

    const Heap& heap_;
    const read::Words& words_;
    const symbols::TypeBook& book_;
    const std::string& name_;
    mutable std::map<std::pair<uint32_t, uint64_t>, bool> known_;
};

}  // namespace heapkit::analyze

// SPDX-License-Identifier: MIT
//
// Which variable a word of a root belongs to: a global, a static member, a static of a function, a thread-local.
//
// Side:    heap, floor 5 (refs).
// Threads: const once it is built.
// Memory:  none of its own.
//
// Variables of functions' frames would be found here too: a root of kind PROF_ROOT_STACK, its frames, and what their
// debug information says lies where. Until then a word of a stack belongs to none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "read/snapshot.h"
#include "symbols/type_book.h"

namespace heapkit::refs {

struct Variable {
    const symbols::Variable* declared = nullptr;
    int64_t begin_bytes = 0;  // in the root; may lie before it
    uint64_t size_bytes = 0;
};

class Variables {
   public:
    // All must outlive it.
    Variables(const read::Snapshot& snapshot, const symbols::TypeBook& book);

    std::optional<Variable> at(const prof_root& root, uint64_t offset_bytes) const;

    // "EventBus::handlers_", "registry (static in instance())": namespaces are left out.
    static std::string name(const symbols::TypeBook& book, const symbols::Variable& variable);
    // "static member", "global", "static", "thread-local".
    static std::string_view kind(const symbols::Variable& variable) noexcept;

   private:
    const read::Snapshot& snapshot_;
    const symbols::TypeBook& book_;
};

}  // namespace heapkit::refs

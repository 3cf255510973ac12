// SPDX-License-Identifier: MIT
//
// Is it a closure, and of which source line? Of blocks, and of what lies inside a std::function.
//
// Side:   heap, floor 7 (analyze).
// Cost:   one look at the type of each block.
// Memory: one entry a type, and one a stack that makes coroutines or calls std::bind.
//
// A lambda's type has its line; so has the function of a thread or a future, when it is a lambda. Of what std::bind
// made, and of a coroutine's frame, it is the line that allocated it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "heap.h"
#include "types/sites.h"

namespace heapkit::analyze {

class ClosureKinds {
   public:
    struct Kind {
        std::string name;  // "λ in handle_request(int) server.cpp:41"
        std::string type;  // the type's whole name
    };

    explicit ClosureKinds(const Heap& heap);

    // nullptr: it is no closure.
    const Kind* of(BlockId block);
    const Kind* of(const types::InnerClosure& closure);

   private:
    enum class Known : uint8_t { not_yet, other, closure, bind, coroutine };
    Known know(types::TypeId type);
    const Kind* by_site(BlockId block, const char* what, const std::string& type);
    std::string name_with_line(const types::Type& type) const;

    const Heap& heap_;
    const types::Sites sites_;
    std::vector<Known> known_;  // by type
    std::unordered_map<uint32_t, Kind> of_type_;
    std::unordered_map<uint32_t, std::optional<Kind>> of_inner_;  // by debug type
    std::map<std::pair<uint32_t, std::string>, Kind> of_stack_;   // by stack and type
};

}  // namespace heapkit::analyze

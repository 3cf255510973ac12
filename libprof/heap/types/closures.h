// SPDX-License-Identifier: MIT
//
// The technique "closure": what a std::function, std::any or std::move_only_function holds, from its manager pointer.
//
// Side:    heap, floor 4 (types). High: the manager is a function that exists for that very class.
// Threads: one thread.
// Memory:  one entry a distinct manager.
//
//     std::function   +0 functor  ── heap-stored ──►  F            or F itself, when it is small and trivial
//                     +16 manager ──►  std::_Function_handler<void (Result), F>::_M_manager
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "symbols/frames.h"
#include "symbols/type_book.h"
#include "types/container_rules.h"
#include "types/layout.h"
#include "types/memory.h"

namespace heapkit::types {

// Where a callable keeps its object: in itself or in a block of its own.
enum class ClosureStorage : uint8_t {
    inside,
    outside,
    inside_if_small,    // where it fits: std::move_only_function
    inside_if_trivial,  // where it fits and is trivially copyable: std::function
};

class Closures {
   public:
    Closures(const symbols::Frames& frames, const symbols::TypeBook& book, const Layouts& layouts, const Memory& memory)
        : frames_(frames), book_(book), layouts_(layouts), memory_(memory) {}

    struct Held {
        symbols::DebugTypeId type;  // 0: no debug information
        std::string full_name;
        Place place;  // of the object: a block of its own, or inside the holder
        bool is_in_own_block = false;
    };
    // What the callable of class `holder` at `place` holds; nothing when it is empty or not understood.
    std::optional<Held> held_by(const ContainerClass& holder, const Place& place);

   private:
    struct Managed {
        symbols::DebugTypeId type;
        std::string full_name;
        ClosureStorage storage = ClosureStorage::inside_if_trivial;
    };
    const Managed& managed_by(uint64_t manager);
    void read_manager(const symbols::FunctionFacts& manager, Managed& managed) const;
    bool is_inside(const Managed& managed) const;
    bool is_trivial(symbols::DebugTypeId type) const;

    const symbols::Frames& frames_;
    const symbols::TypeBook& book_;
    const Layouts& layouts_;
    const Memory& memory_;
    std::unordered_map<uint64_t, Managed> of_manager_;
};

// F, from the name of a manager: "std::_Function_handler<void (int), F>::_M_manager(…)". "" when it is none.
std::string managed_class(std::string_view manager);

}  // namespace heapkit::types

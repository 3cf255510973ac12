// SPDX-License-Identifier: MIT
//
// Which function, inlined calls and blocks are around an address.
//
// Side:    heap, floor 3 (symbols). Included by dwarf*.cpp alone.
//
// libdw's own way, dwarf_addrdie() and dwarf_getscopes(), is not taken: the first needs .debug_aranges, which clang
// leaves out, and the second walks a whole compile unit for each address. Here the addresses come sorted, and
//
//     1. every unit's ranges are listed once (its top DIE alone is read),
//     2. a unit that holds addresses has its functions listed once,
//     3. a function that holds addresses is descended once, into inlined calls and blocks that hold some of them.
//
// The debug information may be hostile: every walk goes forward only and has a bound.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "symbols/dwarf_walk.h"

namespace heapkit::symbols {

// Ranges by address, and which of them holds one. Ranges may overlap: the one that begins last wins.
class RangeIndex {
   public:
    struct Range {
        uint64_t low, high;
        size_t owner;
    };
    void add(Range range) {
        if (range.low < range.high) ranges_.push_back(range);
    }
    void sort();
    std::optional<size_t> owner_of(uint64_t address) const;

   private:
    std::vector<Range> ranges_;
};

struct CodeUnit {
    Dwarf_Die lines;      // the unit's DIE in this file: line table
    Dwarf_Die functions;  // the same, or the one in a .dwo file
};

struct CodeScopes {
    uint64_t address = 0;
    size_t place = 0;               // in the addresses that were asked for
    std::vector<Dwarf_Die> scopes;  // outermost first: the function, then inlined calls and blocks; may be empty
};

class DwarfScopes {
   public:
    explicit DwarfScopes(Dwarf* dwarf);

    size_t unit_count() const noexcept { return units_.size(); }
    size_t half_count() const noexcept { return halves_; }  // units whose .dwo file was not found

    // Called for each of `addresses` (ascending) that some unit holds. Each compile unit is opened once.
    using Visitor = std::function<void(CodeUnit& unit, CodeScopes& scopes)>;
    void find(std::span<const uint64_t> addresses, const Visitor& visit);

   private:
    std::vector<CodeUnit> units_;
    size_t halves_ = 0;
    RangeIndex unit_of_;
};

}  // namespace heapkit::symbols

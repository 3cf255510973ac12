// SPDX-License-Identifier: MIT
//
// See dwarf_scopes.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/dwarf_scopes.h"

#include <algorithm>

namespace heapkit::symbols {
namespace {

constexpr size_t most_steps_back = 64;  // among overlapping ranges

bool holds_code(int tag) {
    return tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block || tag == DW_TAG_try_block ||
           tag == DW_TAG_catch_block;
}

// Finds the scopes around addresses of one unit.
class UnitScopes {
   public:
    UnitScopes(CodeUnit& unit, const DwarfScopes::Visitor& visit) : unit_(unit), visit_(visit) {}

    void find(std::vector<CodeScopes>& queries) {
        list_functions(unit_.functions, 0);
        function_of_.sort();
        // Addresses of one function are told together, so that it is descended once.
        std::vector<std::pair<size_t, CodeScopes*>> by_function;
        for (CodeScopes& query : queries)
            by_function.emplace_back(function_of_.owner_of(query.address).value_or(SIZE_MAX), &query);
        std::stable_sort(by_function.begin(), by_function.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        for (size_t begin = 0; begin < by_function.size();) {
            const size_t function = by_function[begin].first;
            std::vector<CodeScopes*> same;
            for (; begin < by_function.size() && by_function[begin].first == function; ++begin)
                same.push_back(by_function[begin].second);
            tell_function(function, same);
        }
    }

   private:
    void list_functions(Dwarf_Die& scope, int depth) {
        for_each_child(scope, [&](Dwarf_Die& die) {
            if (die.addr <= furthest_) return false;
            furthest_ = die.addr;
            const int tag = dwarf_tag(&die);
            if (tag == DW_TAG_subprogram && has_code(die)) {
                functions_.push_back(die);
                for_each_range(die, [&](uint64_t low, uint64_t high) {
                    function_of_.add({low, high, functions_.size() - 1});
                });
            } else if ((tag == DW_TAG_namespace || tag == DW_TAG_module) && depth < deepest_die) {
                list_functions(die, depth + 1);
            }
            return true;
        });
    }

    void tell_function(size_t function, const std::vector<CodeScopes*>& queries) {
        if (function != SIZE_MAX) {
            furthest_ = functions_[function].addr;
            for (CodeScopes* query : queries) query->scopes.push_back(functions_[function]);
            descend(functions_[function], queries, 0);
        }
        for (CodeScopes* query : queries) visit_(unit_, *query);
    }

    // Adds to each query the inlined calls and blocks below `die` that hold it.
    void descend(Dwarf_Die& die, const std::vector<CodeScopes*>& queries, int depth) {
        if (depth == deepest_die) return;
        for_each_child(die, [&](Dwarf_Die& child) {
            if (child.addr <= furthest_) return false;
            furthest_ = child.addr;
            if (!holds_code(dwarf_tag(&child)) || !has_code(child)) return true;
            std::vector<CodeScopes*> inside;
            for_each_range(child, [&](uint64_t low, uint64_t high) {
                for (CodeScopes* query : queries)
                    if (low <= query->address && query->address < high) inside.push_back(query);
            });
            if (inside.empty()) return true;
            std::sort(inside.begin(), inside.end());  // ranges may overlap
            inside.erase(std::unique(inside.begin(), inside.end()), inside.end());
            for (CodeScopes* query : inside) query->scopes.push_back(child);
            descend(child, inside, depth + 1);
            return true;
        });
    }

    CodeUnit& unit_;
    const DwarfScopes::Visitor& visit_;
    std::vector<Dwarf_Die> functions_;
    RangeIndex function_of_;
    const void* furthest_ = nullptr;  // DIE: damaged lists of children may overlap, and are walked once
};

}  // namespace

void RangeIndex::sort() {
    std::sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) { return a.low < b.low; });
}

std::optional<size_t> RangeIndex::owner_of(uint64_t address) const {
    auto at = std::upper_bound(ranges_.begin(), ranges_.end(), address,
                               [](uint64_t value, const Range& range) { return value < range.low; });
    for (size_t step = 0; at != ranges_.begin() && step < most_steps_back; ++step)
        if ((--at)->high > address) return at->owner;
    return std::nullopt;
}

DwarfScopes::DwarfScopes(Dwarf* dwarf) {
    for_each_unit(dwarf, [&](uint8_t type, Dwarf_Die& unit, Dwarf_Die& functions) {
        if (type != DW_UT_compile && type != DW_UT_skeleton && type != DW_UT_partial) return;
        halves_ += type == DW_UT_skeleton && functions.addr == unit.addr;
        units_.push_back({unit, functions});
        bool has_ranges = false;
        const auto add = [&](uint64_t low, uint64_t high) {
            unit_of_.add({low, high, units_.size() - 1});
            has_ranges = true;
        };
        for_each_range(unit, add);
        // Some producers give ranges to functions alone.
        if (!has_ranges && type != DW_UT_partial)
            for_each_child(units_.back().functions, [&](Dwarf_Die& die) {
                if (dwarf_tag(&die) == DW_TAG_subprogram && has_code(die)) for_each_range(die, add);
            });
    });
    unit_of_.sort();
}

void DwarfScopes::find(std::span<const uint64_t> addresses, const Visitor& visit) {
    // Units in the order of their first address; all addresses of a unit together.
    std::vector<std::vector<CodeScopes>> queries_of(units_.size());
    std::vector<size_t> order;
    for (size_t i = 0; i < addresses.size(); ++i) {
        const auto unit = unit_of_.owner_of(addresses[i]);
        if (!unit) continue;
        if (queries_of[*unit].empty()) order.push_back(*unit);
        queries_of[*unit].push_back({addresses[i], i, {}});
    }
    for (const size_t unit : order) {
        UnitScopes(units_[unit], visit).find(queries_of[unit]);
        queries_of[unit] = {};
    }
}

}  // namespace heapkit::symbols

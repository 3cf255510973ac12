// SPDX-License-Identifier: MIT
//
// Addresses to functions and lines, through libdw.
//
// Side: heap, floor 3 (symbols).
//
// libdw's own way, dwarf_addrdie() and dwarf_getscopes(), is not taken: the first needs .debug_aranges, which clang
// leaves out, and the second walks a whole compile unit for each address. Here the addresses come sorted, and
//
//     1. every unit's ranges are listed once (its top DIE alone is read),
//     2. a unit that holds addresses has its functions listed once,
//     3. a function that holds addresses is descended once, into inlined calls and blocks that hold some of them.
//
// The debug information may be hostile: every walk goes forward only and has a bound.
#include "symbols/dwarf.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "symbols/demangle.h"

namespace heapkit::symbols {
namespace {

constexpr int most_ranges = 1 << 20;       // of one DIE
constexpr size_t most_children = 1 << 24;  // of one DIE
constexpr int deepest = 256;               // inlined calls and blocks in each other
constexpr size_t most_steps_back = 64;     // among overlapping ranges

struct Range {
    uint64_t low, high;
    size_t owner;
};

// Ranges by address, and which of them holds one. Ranges may overlap: the one that begins last wins.
class RangeIndex {
   public:
    void add(Range range) {
        if (range.low < range.high) ranges_.push_back(range);
    }
    void sort() {
        std::sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) { return a.low < b.low; });
    }
    std::optional<size_t> owner_of(uint64_t address) const {
        auto at = std::upper_bound(ranges_.begin(), ranges_.end(), address,
                                   [](uint64_t value, const Range& range) { return value < range.low; });
        for (size_t step = 0; at != ranges_.begin() && step < most_steps_back; ++step)
            if ((--at)->high > address) return at->owner;
        return std::nullopt;
    }

   private:
    std::vector<Range> ranges_;
};

template <typename Visit>
void for_each_range(Dwarf_Die& die, Visit visit) {
    Dwarf_Addr base = 0, low = 0, high = 0;
    ptrdiff_t offset = 0;
    for (int i = 0; i < most_ranges && (offset = dwarf_ranges(&die, offset, &base, &low, &high)) > 0; ++i)
        visit(low, high);
}

bool has_code(Dwarf_Die& die) { return dwarf_hasattr(&die, DW_AT_low_pc) || dwarf_hasattr(&die, DW_AT_ranges); }

// Children in the order of the file; stops when the file would have us go back.
template <typename Visit>
void for_each_child(Dwarf_Die& die, Visit visit) {
    Dwarf_Die child;
    if (dwarf_child(&die, &child) != 0) return;
    for (size_t i = 0; i < most_children; ++i) {
        visit(child);
        const void* before = child.addr;
        Dwarf_Die next;
        if (dwarf_siblingof(&child, &next) != 0 || next.addr <= before) return;
        child = next;
    }
}

std::optional<uint64_t> number_of(Dwarf_Die& die, unsigned name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (dwarf_attr(&die, name, &attribute) == nullptr || dwarf_formudata(&attribute, &value) != 0) return std::nullopt;
    return value;
}

const char* linkage_name_of(Dwarf_Die& die) {
    Dwarf_Attribute attribute;
    for (const unsigned name : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name})
        if (dwarf_attr_integrate(&die, name, &attribute) != nullptr) return dwarf_formstring(&attribute);
    return nullptr;
}

// The DIE that a concrete or inlined function is an instance of: names and scopes are there.
Dwarf_Die origin_of(Dwarf_Die die) {
    constexpr int longest_chain = 8;
    for (int i = 0; i < longest_chain; ++i) {
        Dwarf_Attribute attribute;
        Dwarf_Die next;
        if (dwarf_attr(&die, DW_AT_abstract_origin, &attribute) == nullptr &&
            dwarf_attr(&die, DW_AT_specification, &attribute) == nullptr)
            break;
        if (dwarf_formref_die(&attribute, &next) == nullptr) break;
        die = next;
    }
    return die;
}

bool is_cplusplus(Dwarf_Die& unit) {
    switch (dwarf_srclang(&unit)) {
        case DW_LANG_C_plus_plus:
        case DW_LANG_C_plus_plus_03:
        case DW_LANG_C_plus_plus_11:
        case DW_LANG_C_plus_plus_14:
            return true;
        default:
            return false;
    }
}

// "ns::Class::name" for a function without a linkage name, from the scopes around it.
std::string qualified_name(Dwarf_Die& die, const char* name) {
    std::string qualified = name;
    Dwarf_Die* scopes = nullptr;
    const int count = dwarf_getscopes_die(&die, &scopes);
    for (int i = 1; i < count; ++i) {
        const int tag = dwarf_tag(&scopes[i]);
        const bool is_named = tag == DW_TAG_namespace || tag == DW_TAG_class_type || tag == DW_TAG_structure_type ||
                              tag == DW_TAG_union_type || tag == DW_TAG_subprogram;
        if (!is_named) continue;
        const char* scope = dwarf_diename(&scopes[i]);
        const char* unnamed = tag == DW_TAG_namespace ? "(anonymous namespace)" : "{unnamed}";
        qualified = std::string(scope != nullptr ? scope : unnamed) + "::" + qualified;
    }
    std::free(scopes);
    return qualified;
}

struct Unit {
    Dwarf_Die lines;      // the unit's DIE in this file: line table
    Dwarf_Die functions;  // the same, or the one in a .dwo file
};

// The addresses of one function that are still to be told, and the inlined calls around each, outermost first.
struct Query {
    uint64_t address;
    size_t place;
    std::vector<Dwarf_Die> inlined;
};

}  // namespace

struct DebugInformation::State {
    int file = -1;
    Dwarf* dwarf = nullptr;
    std::vector<Unit> units;
    size_t halves = 0;  // units whose .dwo file was not found
    RangeIndex unit_of;
    std::unordered_map<const void*, StringId> names;  // of functions, by their DIE

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (dwarf != nullptr) dwarf_end(dwarf);
        if (file >= 0) close(file);
    }
    void list_units();
};

namespace {

// Resolves the addresses of one unit.
class UnitResolver {
   public:
    UnitResolver(Unit& unit, std::unordered_map<const void*, StringId>& names, StringTable& strings,
                 const DebugInformation::Visitor& visit)
        : unit_(unit), names_(names), strings_(strings), visit_(visit) {}

    void resolve(std::vector<Query>& queries) {
        list_functions(unit_.functions, 0);
        function_of_.sort();
        // Addresses of one function are told together, so that it is descended once.
        std::vector<std::pair<size_t, Query*>> by_function;
        for (Query& query : queries)
            by_function.emplace_back(function_of_.owner_of(query.address).value_or(SIZE_MAX), &query);
        std::stable_sort(by_function.begin(), by_function.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        for (size_t begin = 0; begin < by_function.size();) {
            const size_t function = by_function[begin].first;
            std::vector<Query*> same;
            for (; begin < by_function.size() && by_function[begin].first == function; ++begin)
                same.push_back(by_function[begin].second);
            tell_function(function, same);
        }
    }

   private:
    void list_functions(Dwarf_Die& scope, int depth) {
        for_each_child(scope, [&](Dwarf_Die& die) {
            const int tag = dwarf_tag(&die);
            if (tag == DW_TAG_subprogram && has_code(die)) {
                functions_.push_back(die);
                for_each_range(die, [&](uint64_t low, uint64_t high) {
                    function_of_.add({low, high, functions_.size() - 1});
                });
            } else if ((tag == DW_TAG_namespace || tag == DW_TAG_module) && depth < deepest) {
                list_functions(die, depth + 1);
            }
        });
    }

    void tell_function(size_t function, const std::vector<Query*>& queries) {
        if (function == SIZE_MAX) {
            for (Query* query : queries) tell(nullptr, *query);
            return;
        }
        descend(functions_[function], queries, 0);
        for (Query* query : queries) tell(&functions_[function], *query);
    }

    // Adds to each query the inlined calls below `die` that hold it.
    void descend(Dwarf_Die& die, const std::vector<Query*>& queries, int depth) {
        if (depth == deepest) return;
        for_each_child(die, [&](Dwarf_Die& child) {
            const int tag = dwarf_tag(&child);
            if ((tag != DW_TAG_inlined_subroutine && tag != DW_TAG_lexical_block) || !has_code(child)) return;
            std::vector<Query*> inside;
            for_each_range(child, [&](uint64_t low, uint64_t high) {
                for (Query* query : queries)
                    if (low <= query->address && query->address < high) inside.push_back(query);
            });
            if (inside.empty()) return;
            std::sort(inside.begin(), inside.end());  // ranges may overlap
            inside.erase(std::unique(inside.begin(), inside.end()), inside.end());
            if (tag == DW_TAG_inlined_subroutine)
                for (Query* query : inside) query->inlined.push_back(child);
            descend(child, inside, depth + 1);
        });
    }

    void tell(Dwarf_Die* function, Query& query) {
        SourceFrame at = line_of(query.address);
        if (function == nullptr && at.line == 0) return;
        frames_.clear();
        for (auto inlined = query.inlined.rbegin(); inlined != query.inlined.rend(); ++inlined) {
            frames_.push_back({name_of(*inlined), at.file, at.line});
            at = {{}, file_of_call(*inlined), static_cast<uint32_t>(number_of(*inlined, DW_AT_call_line).value_or(0))};
        }
        frames_.push_back({function != nullptr ? name_of(*function) : StringId(), at.file, at.line});
        visit_(query.place, frames_);
    }

    SourceFrame line_of(uint64_t address) {
        const Dwarf_Line* found = dwarf_getsrc_die(&unit_.lines, address);
        if (found == nullptr) return {};
        auto* line = const_cast<Dwarf_Line*>(found);
        int number = 0;
        const char* file = dwarf_linesrc(line, nullptr, nullptr);
        dwarf_lineno(line, &number);
        return {{}, strings_.intern(file != nullptr ? file : ""), static_cast<uint32_t>(std::max(number, 0))};
    }

    StringId file_of_call(Dwarf_Die& inlined) {
        Dwarf_Files* files = nullptr;
        size_t count = 0;
        const auto index = number_of(inlined, DW_AT_call_file);
        if (!index || dwarf_getsrcfiles(&unit_.functions, &files, &count) != 0 || *index >= count) return {};
        const char* name = dwarf_filesrc(files, *index, nullptr, nullptr);
        return strings_.intern(name != nullptr ? name : "");
    }

    StringId name_of(Dwarf_Die& die) {
        Dwarf_Die origin = origin_of(die);
        const auto [known, is_new] = names_.try_emplace(origin.addr);
        if (is_new) known->second = strings_.intern(spell_name(die, origin));
        return known->second;
    }

    std::string spell_name(Dwarf_Die& die, Dwarf_Die& origin) {
        if (const char* linked = linkage_name_of(die)) return demangle(linked);
        const char* name = dwarf_diename(&die);
        if (name == nullptr) return {};
        return is_cplusplus(unit_.functions) ? qualified_name(origin, name) : name;
    }

    Unit& unit_;
    std::unordered_map<const void*, StringId>& names_;
    StringTable& strings_;
    const DebugInformation::Visitor& visit_;
    std::vector<Dwarf_Die> functions_;
    RangeIndex function_of_;
    std::vector<SourceFrame> frames_;
};

}  // namespace

void DebugInformation::State::list_units() {
    Dwarf_CU* cu = nullptr;
    Dwarf_Half version = 0;
    uint8_t type = 0;
    Dwarf_Die unit, split;
    while (dwarf_get_units(dwarf, cu, &cu, &version, &type, &unit, &split) == 0) {
        if (type != DW_UT_compile && type != DW_UT_skeleton && type != DW_UT_partial) continue;
        const bool is_split = type == DW_UT_skeleton && split.addr != nullptr;
        halves += type == DW_UT_skeleton && !is_split;
        units.push_back({unit, is_split ? split : unit});
        bool has_ranges = false;
        const auto add = [&](uint64_t low, uint64_t high) {
            unit_of.add({low, high, units.size() - 1});
            has_ranges = true;
        };
        for_each_range(unit, add);
        // Some producers give ranges to functions alone.
        if (!has_ranges && type != DW_UT_partial)
            for_each_child(units.back().functions, [&](Dwarf_Die& die) {
                if (dwarf_tag(&die) == DW_TAG_subprogram && has_code(die)) for_each_range(die, add);
            });
    }
    unit_of.sort();
}

DebugInformation::DebugInformation(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
DebugInformation::DebugInformation(DebugInformation&&) noexcept = default;
DebugInformation& DebugInformation::operator=(DebugInformation&&) noexcept = default;
DebugInformation::~DebugInformation() = default;

Result<DebugInformation> DebugInformation::open(const std::filesystem::path& file) {
    auto state = std::make_unique<State>();
    state->file = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (state->file < 0) return Error{file.string() + ": cannot be opened", ""};
    state->dwarf = dwarf_begin(state->file, DWARF_C_READ);
    if (state->dwarf == nullptr)
        return Error{file.string() + ": its debug information is damaged: " + dwarf_errmsg(-1), ""};
    state->list_units();
    if (state->units.empty())
        return Error{"its debug information cannot be read: it is damaged, or compressed as elfutils here does not know", ""};
    return DebugInformation(std::move(state));
}

std::string DebugInformation::problem() const {
    if (state_->halves == 0) return {};
    return std::to_string(state_->halves) + " of " + std::to_string(state_->units.size()) +
           " compile units have no .dwo file where they were built: inlined calls are missing";
}

void DebugInformation::resolve(std::span<const uint64_t> addresses, StringTable& strings, const Visitor& visit) {
    // Units in the order of their first address; all addresses of a unit together.
    std::vector<std::vector<Query>> queries_of(state_->units.size());
    std::vector<size_t> order;
    for (size_t i = 0; i < addresses.size(); ++i) {
        const auto unit = state_->unit_of.owner_of(addresses[i]);
        if (!unit) continue;
        if (queries_of[*unit].empty()) order.push_back(*unit);
        queries_of[*unit].push_back({addresses[i], i, {}});
    }
    for (const size_t unit : order) {
        UnitResolver(state_->units[unit], state_->names, strings, visit).resolve(queries_of[unit]);
        queries_of[unit] = {};
    }
}

}  // namespace heapkit::symbols

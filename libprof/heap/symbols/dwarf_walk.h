// SPDX-License-Identifier: MIT
//
// Steps through DWARF that cannot go astray: forward only, counted, and with a bound on depth.
//
// Side: heap, floor 3 (symbols). Included by the dwarf_*.cpp files alone: libdw does not leave them.
#pragma once

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

namespace heapkit::symbols {

constexpr int most_ranges = 1 << 20;       // of one DIE
constexpr size_t most_children = 1 << 24;  // of one DIE
constexpr int deepest_die = 256;           // scopes and blocks in each other
constexpr int longest_chain = 8;           // of DIEs that stand for each other

template <typename Visit>
void for_each_range(Dwarf_Die& die, Visit visit) {
    Dwarf_Addr base = 0, low = 0, high = 0;
    ptrdiff_t offset = 0;
    for (int i = 0; i < most_ranges && (offset = dwarf_ranges(&die, offset, &base, &low, &high)) > 0; ++i)
        visit(low, high);
}

// Children in the order of the file; stops when the file would have us go back, or when `visit` says false.
template <typename Visit>
void for_each_child(Dwarf_Die& die, Visit visit) {
    Dwarf_Die child;
    if (dwarf_child(&die, &child) != 0) return;
    for (size_t i = 0; i < most_children; ++i) {
        if constexpr (std::is_same_v<decltype(visit(child)), bool>) {
            if (!visit(child)) return;
        } else {
            visit(child);
        }
        const void* before = child.addr;
        Dwarf_Die next;
        if (dwarf_siblingof(&child, &next) != 0 || next.addr <= before) return;
        child = next;
    }
}

inline bool has(Dwarf_Die& die, unsigned name) { return dwarf_hasattr(&die, name) != 0; }
inline bool has_code(Dwarf_Die& die) { return has(die, DW_AT_low_pc) || has(die, DW_AT_ranges); }

// Of the DIE itself, and not of what it stands for.
std::optional<uint64_t> number_of(Dwarf_Die& die, unsigned name);
bool flag_of(Dwarf_Die& die, unsigned name);
const char* text_of(Dwarf_Die& die, unsigned name);  // nullptr when it has none
std::optional<Dwarf_Die> reference_of(Dwarf_Die& die, unsigned name);

// The file that DW_AT_decl_file or DW_AT_call_file names; nullptr when there is none. libdw's dwarf_decl_file() asserts
// that the unit has a line table, which a split unit need not have.
const char* file_of(Dwarf_Die& die, unsigned name = DW_AT_decl_file);

// Of the DIE or what it stands for.
const char* linkage_name_of(Dwarf_Die& die);

// The DIE that a concrete or inlined function, or a definition elsewhere, is an instance of: names and scopes are
// there.
Dwarf_Die origin_of(Dwarf_Die die);

bool is_cplusplus(Dwarf_Die& unit);

// The units of a file, the .dwo file's in place of the skeletons that name them. `visit` gets the unit's own DIE, and
// the one to walk.
template <typename Visit>
void for_each_unit(Dwarf* dwarf, Visit visit) {
    Dwarf_CU* cu = nullptr;
    Dwarf_Half version = 0;
    uint8_t type = 0;
    Dwarf_Die unit, split;
    while (dwarf_get_units(dwarf, cu, &cu, &version, &type, &unit, &split) == 0) {
        const bool is_split = type == DW_UT_skeleton && split.addr != nullptr;
        visit(type, unit, is_split ? split : unit);
    }
}

// An open file with debug information. What `dwz -m` moved out of it is found where libdw looks, or beside it, by its
// build-id: there it is when both were carried (side_files.h).
class DwarfFile {
   public:
    explicit DwarfFile(const char* path);  // is_open() says whether it went well
    DwarfFile(const DwarfFile&) = delete;
    DwarfFile& operator=(const DwarfFile&) = delete;
    ~DwarfFile();

    bool is_open() const noexcept { return dwarf_ != nullptr; }
    const std::string& problem() const noexcept { return problem_; }
    Dwarf* get() const noexcept { return dwarf_; }

   private:
    void open_shared_beside(const char* path);
    int file_ = -1, shared_file_ = -1;
    Dwarf *dwarf_ = nullptr, *shared_ = nullptr;
    std::string problem_;
};

}  // namespace heapkit::symbols

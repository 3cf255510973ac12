// SPDX-License-Identifier: MIT
//
// The variables of functions at some addresses of one module: the currency between DWARF, the cache and FrameVariables.
//
// Side:   heap, floor 3 (symbols). Plain data; ids of types are those of some columns of the module.
// Memory: 16 bytes an address, 40 a variable there.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "symbols/texts.h"
#include "symbols/type_book.h"

namespace heapkit::symbols {

// Where a variable is, seen from the frame of its function.
struct LocalPlace {
    enum class Kind : uint32_t {
        at_frame,     // offset from the frame's address, which is the stack pointer before the call
        at_register,  // offset from what a register holds
        in_register,
    };
    Kind kind = Kind::at_frame;
    uint32_t reg = 0;  // as DWARF counts
    int64_t offset_bytes = 0;
};

enum LocalMark : uint8_t {
    local_parameter = 1,
    local_artificial = 2,  // "this", and what compilers add
    local_indirect = 4,    // its address is in its place: an argument that is handed over by reference
    // It has its place from its scope's begin to its end; its declaration stands
    local_to_come = 8,         // behind the line that is being run,
    local_being_declared = 16  // or on it, and nobody knows whether it was made
};

struct LocalVariable {
    LocalPlace place;
    StringId name;
    StringId function;  // that has it, which may be inlined; demangled
    StringId file;
    uint32_t line = 0;
    DebugTypeId type;
    uint32_t marks = 0;  // LocalMark

    bool has(LocalMark mark) const noexcept { return (marks & mark) != 0; }
};

struct ModuleLocals {
    std::vector<uint64_t> addresses;       // as in the file, ascending
    std::vector<uint32_t> ends;            // of each: where its variables end in `variables`
    std::vector<StringId> functions;       // of each: the function itself, demangled
    std::vector<LocalVariable> variables;  // outermost first
    Texts texts;

    // Address `i` of `from`, its types replaced by ids[type].
    void add(const ModuleLocals& from, size_t i, const std::vector<DebugTypeId>& ids);
    uint32_t begin_of(size_t i) const noexcept { return i == 0 ? 0 : ends[i - 1]; }
};

inline void ModuleLocals::add(const ModuleLocals& from, size_t i, const std::vector<DebugTypeId>& ids) {
    const auto text = [&](StringId id) { return texts.intern(from.texts.text(id)); };
    for (uint32_t k = from.begin_of(i); k < from.ends[i]; ++k) {
        LocalVariable variable = from.variables[k];
        variable.name = text(variable.name);
        variable.function = text(variable.function);
        variable.file = text(variable.file);
        variable.type = ids[variable.type.index()];
        variables.push_back(variable);
    }
    addresses.push_back(from.addresses[i]);
    ends.push_back(static_cast<uint32_t>(variables.size()));
    functions.push_back(text(from.functions[i]));
}

}  // namespace heapkit::symbols

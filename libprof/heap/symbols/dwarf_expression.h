// SPDX-License-Identifier: MIT
//
// Works out DWARF expressions, as rules of unwinding have them.
//
// Side: heap, floor 3 (symbols). Included by dwarf_*.cpp alone.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <functional>
#include <optional>

namespace heapkit::symbols {

struct ExpressionWorld {
    std::function<std::optional<uint64_t>(uint64_t number)> in_register;
    std::function<std::optional<uint64_t>(uint64_t address)> word_at;
    std::optional<uint64_t> frame_address;  // DW_OP_call_frame_cfa
};

struct ExpressionResult {
    uint64_t value = 0;
    bool is_value = false;  // otherwise it is an address
};

// Nothing when it asks for what is not known, or does what rules never do. Each operation is looked at once.
std::optional<ExpressionResult> evaluated(const Dwarf_Op* ops, size_t count, const ExpressionWorld& world);

}  // namespace heapkit::symbols

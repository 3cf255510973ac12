// SPDX-License-Identifier: MIT
//
// heapkit waste: memory that is paid for and not used, a question a file.
//
//     waste_summary     requested, rounded up, headers; pages in memory, swapped, untouched, and free in between
//     waste_padding     holes between the members of classes
//     waste_containers  containers that are empty or oversized, and have memory
//     waste_duplicates  blocks of equal contents, and blocks of zeros
//     waste_pages       pages that a few blocks keep: fragmentation, by its cause
//     waste_residency   what is in memory, swapped and untouched, by type and owner
//
// Side:   heap, floor 7 (analyze).
// Cost:   of each one pass over the blocks or the pages; who asks for owners pays for the references once.
// Memory: each says its own.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "analyze/block_groups.h"

namespace heapkit::analyze {

struct WasteOptions {
    size_t limit = 5;                           // rows of each table; 0: all
    std::optional<BlockKey> by = std::nullopt;  // instead of the keys that each answer has by itself
};

// Tables, and what is to be said beside them.
struct WasteAnswer {
    std::vector<Table> tables = {};
    std::vector<std::string> notes = {};
};

// Rows that are shown of so many.
inline size_t rows_shown(size_t all, const WasteOptions& options) noexcept {
    return options.limit == 0 || all < options.limit ? all : options.limit;
}

}  // namespace heapkit::analyze

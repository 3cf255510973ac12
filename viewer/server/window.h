// SPDX-License-Identifier: MIT
//
// The rows of a table that a page shows: filtered, sorted, cut out.
//
// Side: viewer/server.
// Cost: one pass over the rows, and a sort of their numbers; what is not shown is not copied.
#pragma once

#include <heapkit/shapes.h>
#include "server/parameters.h"

namespace heapkit::viewer {

struct Cut {
    Table table;             // rows_left_out: those of rows_total that are not in it
    int64_t rows_total = 0;  // after the filter
    uint64_t offset = 0;
};

// Equal rows stay in the order in which the answer has them; what has no value comes last. Errors: no such column.
Result<Cut> cut_of(const Table& table, const Window& window);

}  // namespace heapkit::viewer

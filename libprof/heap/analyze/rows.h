// SPDX-License-Identifier: MIT
//
// Rows of groups: the columns that tables by the same grouping share, whatever is counted in them.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "analyze/groups.h"
#include "analyze/labels.h"

namespace heapkit::analyze {

struct RowOptions {
    size_t limit = 25;  // 0: all
    bool full_paths = false;
    bool raw_frames = false;
};

size_t row_count(size_t groups, const RowOptions& options) noexcept;

// "By line", "By line, at the peak"; "by_lineno".
std::string title_of(const Grouping& grouping);
std::string key_of_table(GroupBy by);

// The columns that name a group: its label for people, its whole name for programs.
std::vector<Column> naming_columns(GroupBy by);
std::vector<Cell> naming_cells(const Heap& heap, const Group& group, GroupBy by, const Labels& labels);

// Bytes a block; nothing when there are no blocks.
void append_average(std::vector<Cell>& row, const Total& total);

}  // namespace heapkit::analyze

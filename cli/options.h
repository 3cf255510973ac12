// SPDX-License-Identifier: MIT
//
// Options that several commands share: their rows, and what they mean to the analyses.
//
// Side: our process, cli.
#pragma once

#include <vector>

#include "analyze/filter.h"
#include "analyze/groups.h"
#include "analyze/rows.h"
#include "command.h"

namespace heapkit::cli {

// Which rows: --include --exclude --domain --all-frames --raw-frames.
std::vector<Option> filter_options();
// --limit --full-paths --json.
std::vector<Option> showing_options(const std::string& usual_limit);
// `what` is counted: "rows of each table", "objects".
Option limit_option(const std::string& what, const std::string& usual_limit);
Option json_option();  // beside --limit
Option by_option(const std::string& fallback);
Option metric_option();
Option cumulative_option();

std::vector<Option> joined(std::vector<std::vector<Option>> lists);

Result<analyze::Filter> filter_of(const Typed& typed);
analyze::Grouping grouping_of(const Typed& typed, analyze::GroupBy fallback);
// Without --limit: `usual` rows for people, all for programs.
analyze::RowOptions rows_of(const Typed& typed, size_t usual);

}  // namespace heapkit::cli

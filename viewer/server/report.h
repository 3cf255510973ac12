// SPDX-License-Identifier: MIT
//
// The same page as one file, with the answers inside: for a ticket, or a CI run. It needs no server and no network.
//
// Side: viewer/server.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/answers.h"

namespace heapkit::viewer {

struct ReportOptions {
    size_t most_bytes = size_t{20} << 20;  // of answers
    size_t most_rows = 5000;               // of a table
    size_t most_types = 30;                // whose objects and holders are shown: those that take most
    std::function<void(std::string_view what, uint64_t done, uint64_t total)> progress = {};
};

struct ReportPage {
    std::string html;
    size_t answers = 0;
    std::vector<std::string> left_out;  // in sentences
};

// Errors: this build has no page. What the snapshots do not allow to be asked is in it as that error.
Result<ReportPage> report_page(Answers& answers, const ReportOptions& options);

}  // namespace heapkit::viewer

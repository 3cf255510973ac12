// SPDX-License-Identifier: MIT
//
// What heapkit leaks and heapkit run --leaks share: which leaks are listed, and the answer around them.
//
// Side: our process, cli.
#pragma once

#include <vector>

#include "analyze/leaks.h"
#include "command.h"
#include "session.h"

namespace heapkit::cli {

// --kinds --traceback --suppressions.
std::vector<Option> leak_listing_options();

// What was typed but for the heaps.
Result<analyze::LeakOptions> leak_options_of(const Typed& typed);

// Tables, and notes on what they are not sure of.
void add_leaks(const Session& session, analyze::Leaks leaks, Report& report);

}  // namespace heapkit::cli

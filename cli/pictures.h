// SPDX-License-Identifier: MIT
//
// Answers that are nets: as text, as JSON, or drawn into a file.
//
// Side: our process, cli.
#pragma once

#include <heapkit/shapes.h>
#include "command.h"
#include "console.h"
#include "session.h"

namespace heapkit::cli {

// -o --json.
std::vector<Option> picture_options();

// Before anything is opened: an error when -o names a file that no format of ours is called by.
Result<void> check_output(const Typed& typed);

// With -o all nets of the report become one picture, and what was written is said in place of them; without it the
// report is shown as ever. Nets that share a key are told apart for JSON: "chain", "chain_2".
Result<int> show_nets(const Session& session, Report report, const Typed& typed, const Console& console);

}  // namespace heapkit::cli

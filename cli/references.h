// SPDX-License-Identifier: MIT
//
// What heapkit refs and heapkit backrefs share: which objects, how far, what to show of them.
//
// Side: our process, cli.
#pragma once

#include <vector>

#include "analyze/neighbours.h"
#include "command.h"
#include "session.h"

namespace heapkit::cli {

std::vector<Argument> reference_arguments();
// --type --one; --max-depth --too-many --highlight --extra-info --owning --raw; filters; -o --json.
std::vector<Option> reference_options();

// The objects that were named: addresses behind the snapshot, or --type.
analyze::Choice choice_of(const Typed& typed);
Result<analyze::NeighbourOptions> neighbour_options_of(const Typed& typed, analyze::Direction direction);

// A report with notes on losses that touch what refers to what.
Report begin_references(const Session& session, const std::string& command);

// "2.heap 0x5581e0c0a2b0", "2.heap --type UserRecord", as it was typed.
std::string spelled_again(const Typed& typed);

// Asks for neighbours and shows them. `next` are commands for who has read the answer.
Result<int> show_neighbours(const Typed& typed, const Console& console, analyze::Direction direction,
                            std::vector<std::string> next);

}  // namespace heapkit::cli

// SPDX-License-Identifier: MIT
//
// What heapkit view and heapkit report share: the snapshots of one program, as the viewer takes them.
//
// Side: our process, cli.
#pragma once

#include <vector>

#include "command.h"
#include "server/material.h"
#include "session.h"

namespace heapkit::cli {

// Errors: snapshots of different programs, unless --force was given.
Result<std::vector<viewer::Opened>> snapshots_to_view(const Session& session, const Typed& typed);

}  // namespace heapkit::cli

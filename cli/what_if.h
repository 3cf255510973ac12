// SPDX-License-Identifier: MIT
//
// --what-if-freed, for the commands that speak of retained sizes.
//
// Side: our process, cli.
#pragma once

#include <string>

#include "command.h"
#include "console.h"

namespace heapkit::cli {

Option what_if_option();
Result<int> show_what_if(const Typed& typed, const Console& console, const std::string& command);

}  // namespace heapkit::cli

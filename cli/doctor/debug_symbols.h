// SPDX-License-Identifier: MIT
//
// What is known of each module's functions, lines and types, and where to get what is missing.
//
// Side: our process, cli.
#pragma once

#include <string>

#include <heapkit/shapes.h>
#include "doctor/finding.h"
#include "doctor/patient.h"

namespace heapkit::cli {

struct DebugSymbols {
    Finding finding;
    Table table;       // a row a module
    std::string note;  // "" when there is nothing to add
};

DebugSymbols look_at_debug_symbols(const Patient& patient);

}  // namespace heapkit::cli

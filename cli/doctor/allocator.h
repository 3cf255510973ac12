// SPDX-License-Identifier: MIT
//
// Whose malloc answers, and whether its calls pass by the agent.
//
// Side: our process, cli.
#pragma once

#include "doctor/finding.h"
#include "doctor/patient.h"

namespace heapkit::cli {

// The first of the modules that defines malloc; what replaces operator new.
Findings look_at_allocator(const Patient& patient);

}  // namespace heapkit::cli

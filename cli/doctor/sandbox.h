// SPDX-License-Identifier: MIT
//
// What the system forbids a process: system call filters, other namespaces, rights that take LD_PRELOAD away.
//
// Side: our process, cli.
#pragma once

#include "doctor/finding.h"
#include "doctor/patient.h"

namespace heapkit::cli {

// Of a process; a program has none yet. No finding: nothing stands in the way.
Findings look_at_sandbox(const Patient& patient);

}  // namespace heapkit::cli

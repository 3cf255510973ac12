// SPDX-License-Identifier: MIT
//
// Limits that recording or a snapshot may meet: rlimits, overcommit, the memory cgroup, locked memory, the disk.
//
// Side: our process, cli.
#pragma once

#include "doctor/finding.h"
#include "doctor/patient.h"

namespace heapkit::cli {

// Never empty: when no limit matters, that is the finding.
Findings look_at_limits(const Patient& patient);

}  // namespace heapkit::cli

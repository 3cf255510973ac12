// SPDX-License-Identifier: MIT
//
// One row a command; each in a file of its name in commands/.
//
// Side: our process, cli.
#pragma once

#include "command.h"

namespace heapkit::cli {

Command run_command();
Command snapshot_command();
Command top_command();
Command stats_command();
Command types_command();
Command growth_command();
Command count_command();
Command objects_command();
Command object_command();
Command refs_command();
Command holders_command();
Command containers_command();
Command retained_command();
Command tree_command();
Command backrefs_command();
Command cycles_command();
Command closures_command();
Command churn_command();
Command waste_command();
Command info_command();
Command leaks_command();
Command expect_command();
Command flamegraph_command();
Command diff_command();
Command diagnose_command();
Command doctor_command();
Command bundle_command();
Command export_command();
Command view_command();
Command report_command();

}  // namespace heapkit::cli

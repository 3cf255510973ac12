// SPDX-License-Identifier: MIT
//
// One function a page: asks the analyses as the command of the same name does, and returns the same answers under the
// same keys (docs/json.md). answers.cpp has the table of them.
//
// Side: viewer/server. Errors: what the snapshots do not allow to be asked, or what is not in them.
#pragma once

#include "server/material.h"
#include "server/parameters.h"

namespace heapkit::viewer {

// overview.cpp
Result<Answer> answer_session(Material& material, const Parameters& parameters);
Result<Answer> answer_info(Material& material, const Parameters& parameters);
Result<Answer> answer_diagnose(Material& material, const Parameters& parameters);
Result<Answer> answer_timeline(Material& material, const Parameters& parameters);

// statistics.cpp
Result<Answer> answer_types(Material& material, const Parameters& parameters);
Result<Answer> answer_flamegraph(Material& material, const Parameters& parameters);
Result<Answer> answer_diff(Material& material, const Parameters& parameters);
Result<Answer> answer_growth(Material& material, const Parameters& parameters);

// objects.cpp
Result<Answer> answer_objects(Material& material, const Parameters& parameters);
Result<Answer> answer_object(Material& material, const Parameters& parameters);
Result<Answer> answer_holders(Material& material, const Parameters& parameters);

// ownership.cpp
Result<Answer> answer_dominators(Material& material, const Parameters& parameters);
Result<Answer> answer_containers(Material& material, const Parameters& parameters);
Result<Answer> answer_closures(Material& material, const Parameters& parameters);

// losses.cpp
Result<Answer> answer_leaks(Material& material, const Parameters& parameters);
Result<Answer> answer_cycles(Material& material, const Parameters& parameters);
Result<Answer> answer_waste(Material& material, const Parameters& parameters);

}  // namespace heapkit::viewer

// SPDX-License-Identifier: MIT
//
// The first lines of every screen: which file, which process, when, how much.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "heap.h"

namespace heapkit::analyze {

Subject subject_of(const Heap& heap);

// One snapshot: what it is. Several: from the first to the last, with differences.
std::vector<std::string> heading_of(std::span<const Subject> subjects);

// Two snapshots are of one program when their executables have the same build-id or the same path.
enum class Kinship { one_build, two_builds, two_programs };
Kinship kinship_of(const Heap& older, const Heap& newer);

// Nothing when they may be compared.
std::optional<Error> refusal_to_compare(const Heap& older, const Heap& newer);
std::optional<Error> refusal_to_compare(std::span<const Heap* const> heaps);  // of the first and any other

}  // namespace heapkit::analyze

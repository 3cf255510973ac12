// SPDX-License-Identifier: MIT
//
// Containers that have memory and nothing in it, or much more of it than they need.
//
// Side:   heap, floor 7 (analyze).
// Cost:   one pass over the blocks.
// Memory: 16 bytes a container.
//
// Those of one owner and one class are one row. Spare is room for elements that are not there: of vectors, strings,
// small vectors and the like. Nodes, buckets and links are no spare room: heapkit containers lists what those cost.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyze/waste.h"

namespace heapkit::analyze {

struct SlackContainers {
    std::string owner, type;  // "Document::tags_", "vector<Tag>"
    std::string grown_at;     // where the largest of their storage was allocated: "Document::tag(…) document.cpp:31"
    int64_t containers = 0, empty = 0;
    int64_t elements = 0, capacity = 0;
    int64_t bytes = 0;        // requested bytes of their storage
    int64_t spare_bytes = 0;  // of them for elements that are not there; of empty ones all
    int64_t empty_bytes = 0;  // storage of those that are empty

    std::string hint() const;  // "shrink_to_fit() after filling"
};

// Most spare first.
std::vector<SlackContainers> slack_containers(const BlockNames& names);
WasteAnswer waste_containers(const std::vector<SlackContainers>& rows, const WasteOptions& options);

}  // namespace heapkit::analyze

// SPDX-License-Identifier: MIT
//
// The site of a stack: its innermost frame that is not an allocator's or a container's. The place that a person means
// by "where was this allocated".
//
// Side:   heap, floor 4 (types).
// Memory: 8 bytes a call tree node.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "read/snapshot.h"
#include "symbols/frames.h"

namespace heapkit::types {

// Whether a source position belongs to an allocator or a container: what nobody means by "where".
bool is_plumbing(const symbols::Frames& frames, symbols::LocationId location);

class Sites {
   public:
    // Both must outlive it.
    Sites(const read::Snapshot& snapshot, const symbols::Frames& frames);

    // Nothing for the unknown stack. A stack of allocators alone has its innermost frame.
    std::optional<symbols::LocationId> site_of(StackId stack) const;
    // "in Foo::bar() file.cpp:42"; "in module+0x1234" without symbols.
    std::string text_of(symbols::LocationId site) const;

   private:
    const read::Snapshot& snapshot_;
    const symbols::Frames& frames_;
    std::vector<std::optional<symbols::LocationId>> of_node_;  // nothing: plumbing from end to end
};

}  // namespace heapkit::types

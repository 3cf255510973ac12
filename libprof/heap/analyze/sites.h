// SPDX-License-Identifier: MIT
//
// The site of every stack: its innermost frame that is not an allocator's or a container's. Whoever asks where memory
// comes from does not mean new_allocator.h.
//
// Side: heap, floor 7 (analyze). What counts as an allocator or a container is said by types/.
#pragma once

#include <optional>
#include <string>

#include <heapkit/shapes.h>
#include "heap.h"
#include "types/sites.h"

namespace heapkit::analyze {

class Sites {
   public:
    struct Options {
        bool raw_frames = false;  // the innermost frame, whatever it is
    };
    Sites(const Heap& heap, Options options);

    // Nothing for the unknown stack.
    std::optional<symbols::LocationId> of(StackId stack) const;

   private:
    const Heap& heap_;
    std::optional<types::Sites> sites_;  // unless raw
};

Place place_of(const Heap& heap, symbols::LocationId location);

// "std::vector<Document>::push_back": a function's name without what nobody reads.
std::string short_name(const Heap& heap, symbols::LocationId location);

// Calls `visit(LocationId)` for every frame of a stack, innermost first, inlined ones included; stops when it says so
// by returning false.
template <typename Visit>
void for_each_frame(const Heap& heap, StackId stack, Visit visit) {
    const read::Snapshot& snapshot = heap.snapshot();
    const symbols::Frames& frames = heap.frames();
    for (NodeId node(snapshot.stacks()[stack.index()].node); node.value != 0;
         node = NodeId(snapshot.node_parent()[node.index()])) {
        for (const symbols::LocationId location : frames.at(node)) {
            if (!visit(location)) return;
        }
    }
}

}  // namespace heapkit::analyze

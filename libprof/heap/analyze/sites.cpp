// SPDX-License-Identifier: MIT
//
// The site of every stack, found once for all call-tree nodes: a node's own innermost telling frame, or its caller's.
//
// Side: heap, floor 7 (analyze).
#include "analyze/sites.h"

#include "types/sites.h"

namespace heapkit::analyze {

Sites::Sites(const Heap& heap, Options options) : heap_(heap) {
    const symbols::Frames& frames = heap.frames();
    const auto parents = heap.snapshot().node_parent();
    of_node_.resize(parents.size());
    // A caller comes before its callees, so that its site is known when they need it.
    for (size_t index = 1; index < parents.size(); ++index) {
        std::optional<symbols::LocationId>& site = of_node_[index];
        for (const symbols::LocationId location : frames.at(NodeId(index))) {
            if (options.raw_frames || !types::is_plumbing(frames, location)) {
                site = location;
                break;
            }
        }
        if (!site) site = of_node_[parents[index]];
    }
}

std::optional<symbols::LocationId> Sites::of(StackId stack) const noexcept {
    const NodeId node(heap_.snapshot().stacks()[stack.index()].node);
    if (of_node_[node.index()]) return of_node_[node.index()];
    // Plumbing from end to end: then its innermost frame is the best that there is.
    const auto frames = heap_.frames().at(node);
    if (frames.empty()) return std::nullopt;
    return frames.front();
}

std::optional<symbols::LocationId> Sites::of_one(const Heap& heap, StackId stack, Options options) {
    std::optional<symbols::LocationId> site;
    for_each_frame(heap, stack, [&](symbols::LocationId location) {
        const bool is_telling = options.raw_frames || !types::is_plumbing(heap.frames(), location);
        if (is_telling || !site) site = location;  // the innermost stays when none is telling
        return !is_telling;
    });
    return site;
}

Place place_of(const Heap& heap, symbols::LocationId id) {
    const symbols::Frames& frames = heap.frames();
    const symbols::Location& location = frames.location(id);
    return {.function = std::string(frames.text(location.function)),
            .file = std::string(frames.text(location.file)),
            .module = std::string(frames.text(location.module)),
            .line = location.line};
}

}  // namespace heapkit::analyze

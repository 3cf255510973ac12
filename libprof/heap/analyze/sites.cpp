// SPDX-License-Identifier: MIT
//
// Sites, and places as data.
//
// Side: heap, floor 7 (analyze).
#include "analyze/sites.h"

namespace heapkit::analyze {

Sites::Sites(const Heap& heap, Options options) : heap_(heap) {
    if (!options.raw_frames) sites_.emplace(heap.snapshot(), heap.frames());
}

std::optional<symbols::LocationId> Sites::of(StackId stack) const {
    if (sites_) return sites_->site_of(stack);
    const auto frames = heap_.frames().at(NodeId(heap_.snapshot().stacks()[stack.index()].node));
    if (frames.empty()) return std::nullopt;
    return frames.front();
}

Place place_of(const Heap& heap, symbols::LocationId id) {
    const symbols::Frames& frames = heap.frames();
    const symbols::Location& location = frames.location(id);
    return {.function = std::string(frames.text(location.function)),
            .file = std::string(frames.text(location.file)),
            .module = std::string(frames.text(location.module)),
            .line = location.line};
}

std::string short_name(const Heap& heap, symbols::LocationId location) {
    return std::string(heap.frames().short_text(heap.frames().location(location).function));
}

}  // namespace heapkit::analyze

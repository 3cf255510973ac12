// SPDX-License-Identifier: MIT
//
// A tree as a flame graph: one SVG file that needs nothing else, and no network. Any browser zooms and searches in it,
// any viewer without scripts shows it whole.
//
// Side: heap, floor 3 (render). Its looks and behaviour are viewer/flamegraph.css and viewer/flamegraph.js.
#pragma once

#include <string>

#include <heapkit/shapes.h>

namespace heapkit::render {

struct FlameGraph {
    std::string svg;
    size_t frames = 0;  // drawn
    size_t frames_too_small = 0;
};
FlameGraph flame_graph(const Tree& tree);

}  // namespace heapkit::render

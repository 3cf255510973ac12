// SPDX-License-Identifier: MIT
//
// Nets as pictures: the one door to Graphviz.
//
// Side:    heap, floor 3 (render). gvc.h and cgraph.h stay behind this header.
// Threads: one at a time: Graphviz keeps its state in globals.
// Memory:  Graphviz's own, some of it leaked with each picture by its plugins (tests/support/graphviz.supp).
#pragma once

#include <string>
#include <string_view>

#include <heapkit/result.h>
#include <heapkit/shapes.h>

namespace heapkit::render {

enum class PictureFormat { dot, png, svg, pdf };

// By the extension of a file's name, in any case; "-" is DOT. Error: another extension; the hint lists ours.
Result<PictureFormat> picture_format_of(std::string_view path);

// A layout stays below some ten seconds, whatever the net; one that is larger nobody can read.
constexpr size_t most_nodes_drawn = 200, most_edges_drawn = 400;

struct Picture {
    Net net;
    std::string caption;
    PictureFormat format = PictureFormat::png;
};

// The bytes of the file. Errors: a net too large to lay out (DOT has no limit), and what Graphviz says when it cannot
// draw, for example because no layout plugin is installed.
Result<std::string> draw(const Picture& picture);

}  // namespace heapkit::render

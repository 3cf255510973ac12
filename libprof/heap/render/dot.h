// SPDX-License-Identifier: MIT
//
// A net in Graphviz's language: readable text, which graphviz.h draws and which a reader may edit first.
//
// Side: heap, floor 3 (render). What is where in the picture, in which colour, is said here and nowhere else.
#pragma once

#include <string>
#include <string_view>

#include <heapkit/shapes.h>

namespace heapkit::render {

// `caption` stands below the picture, over the legend: which file, what is drawn. Ends with a line feed.
std::string to_dot(const Net& net, std::string_view caption);

// A string for DOT, with its quotes. Whatever it holds it is text: no escape sequence, no entity, no markup.
std::string dot_string(std::string_view text);

}  // namespace heapkit::render

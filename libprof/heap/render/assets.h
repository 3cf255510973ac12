// SPDX-License-Identifier: MIT
//
// Files of viewer/, made part of the program when it is built.
//
// Side: heap, floor 3 (render).
#pragma once

#include <string_view>

namespace heapkit::render {

extern const std::string_view flamegraph_js;
extern const std::string_view flamegraph_css;

}  // namespace heapkit::render

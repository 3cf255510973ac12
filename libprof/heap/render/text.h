// SPDX-License-Identifier: MIT
//
// A report as a person reads it in a terminal.
//
// Side: heap, floor 3 (render).
#pragma once

#include <string>

#include <heapkit/shapes.h>

namespace heapkit::render {

struct TextOptions {
    bool colour = false;
    size_t width = 100;       // columns
    bool cuts_lines = false;  // statistics lines too are cut to the width; else only tables are
};

std::string to_text(const Report& report, const TextOptions& options);

}  // namespace heapkit::render

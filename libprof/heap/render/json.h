// SPDX-License-Identifier: MIT
//
// A report as a program reads it. The keys are promised in docs/json.md; numbers are plain, in the unit of their
// column.
//
// Side: heap, floor 3 (render). nlohmann's header stays behind this one.
#pragma once

#include <string>

#include <heapkit/shapes.h>

namespace heapkit::render {

std::string to_json(const Report& report);       // ends with a line feed
std::string to_json_line(const Report& report);  // the same without other line feeds

}  // namespace heapkit::render

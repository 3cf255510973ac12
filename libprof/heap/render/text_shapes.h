// SPDX-License-Identifier: MIT
//
// Each shape as text; text.cpp puts them together.
//
// Side: heap, floor 3 (render).
#pragma once

#include <string>

#include <heapkit/shapes.h>
#include "render/style.h"
#include "render/text.h"

namespace heapkit::render {

std::string table_text(const Table& table, const TextOptions& options);
std::string statistics_text(const Table& table, const TextOptions& options);
std::string facts_text(const Table& table, const TextOptions& options);
std::string tree_text(const Tree& tree, const TextOptions& options);
std::string series_text(const Series& series, const TextOptions& options);
std::string net_text(const Net& net, const TextOptions& options);

}  // namespace heapkit::render

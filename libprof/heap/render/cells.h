// SPDX-License-Identifier: MIT
//
// One cell of a table as text.
//
// Side: heap, floor 3 (render).
#pragma once

#include <span>
#include <string>

#include <heapkit/shapes.h>

namespace heapkit::render {

std::string cell_text(const Cell& cell, const Column& column);
std::string number_text(double value, Unit unit, bool is_delta);

// tracemalloc's spelling in its lines: counts without separators, differences always with a sign.
std::string statistic_text(const Cell& cell, const Column& column);

// "▁▂▅█": each value between zero and the largest.
std::string bars(std::span<const double> values);

bool is_zero(const Cell& cell);
bool is_negative(const Cell& cell);

}  // namespace heapkit::render

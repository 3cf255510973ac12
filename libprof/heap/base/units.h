// SPDX-License-Identifier: MIT
//
// Numbers as people read them. One style for every screen.
//
// Side: heap, floor 1 (base).
#pragma once

#include <concepts>
#include <cstdint>
#include <string>

namespace heapkit {

// tracemalloc's format: bytes below 10 x 1024 as an integer, else KiB, MiB, … with one decimal below 100.
std::string size_to_text(double bytes);        // "126 B", "4855 KiB", "19.5 MiB"
std::string size_delta_to_text(double bytes);  // "+4428 KiB", "-12 B", "+0 B"
std::string size_to_text(std::integral auto bytes) { return size_to_text(static_cast<double>(bytes)); }
std::string size_delta_to_text(std::integral auto bytes) { return size_delta_to_text(static_cast<double>(bytes)); }

std::string count_to_text(int64_t count);        // "214,377"
std::string count_delta_to_text(int64_t count);  // "+153,173"

std::string percent_to_text(double percent);          // "34.5 %"
std::string duration_to_text(double nanoseconds);     // "350 µs", "12.4 ms", "1 min 05 s", "3 h 12 min"
std::string clock_to_text(int64_t unix_ns);           // "12:00:01", local time
std::string date_and_clock_to_text(int64_t unix_ns);  // "2025-03-01 12:00:01", local time

}  // namespace heapkit

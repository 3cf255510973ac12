// SPDX-License-Identifier: MIT
//
// Single values of /proc and /sys, which are files of text.
//
// Side: our process, cli.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace heapkit::cli {

// What follows `name` on the line that begins with it, without the blanks around; "" when there is none.
std::string field_of(const std::filesystem::path& file, std::string_view name);

// The number that a text begins with, after blanks; nothing for "max" and "unlimited".
std::optional<uint64_t> number_in(std::string_view text);

// The number that a file begins with.
std::optional<uint64_t> number_in_file(const std::filesystem::path& file);

}  // namespace heapkit::cli

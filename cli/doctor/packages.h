// SPDX-License-Identifier: MIT
//
// Which package of this system has the debug symbols of a file.
//
// Side: our process, cli.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace heapkit::cli {

// What is said of a package that is not among apt's sources here.
constexpr std::string_view in_debug_archive = " (debug archive)";

// For each file what to do: "apt install libpcre3-dbg", "jq-dbgsym (debug archive)"; "" when no package manager knows
// the file.
std::vector<std::string> debug_packages_of(const std::vector<std::filesystem::path>& files);

}  // namespace heapkit::cli

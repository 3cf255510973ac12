// SPDX-License-Identifier: MIT
//
// Words as a shell and fnmatch want them: names come from strangers' programs, and are pasted.
//
// Side: heap, floor 1 (base).
#pragma once

#include <string>
#include <string_view>

namespace heapkit {

std::string shell_quoted(std::string_view word);

// The fnmatch pattern that matches this name alone.
std::string literal_pattern(std::string_view name);

}  // namespace heapkit

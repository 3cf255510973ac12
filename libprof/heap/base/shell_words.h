// SPDX-License-Identifier: MIT
//
// A word as a shell wants it, for commands that we suggest: names come from strangers' programs, and are pasted.
//
// Side: heap, floor 1 (base).
#pragma once

#include <string>
#include <string_view>

namespace heapkit {

std::string shell_quoted(std::string_view word);

}  // namespace heapkit

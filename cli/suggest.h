// SPDX-License-Identifier: MIT
//
// "Did you mean …?"
//
// Side: our process, cli.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heapkit::cli {

// The known word that is nearest to `word` by insertions, deletions, replacements and swaps of neighbours; "" when
// none is near enough to be what was meant.
std::string closest(std::string_view word, const std::vector<std::string>& known);

}  // namespace heapkit::cli

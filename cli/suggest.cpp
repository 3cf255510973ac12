// SPDX-License-Identifier: MIT
//
// Edit distance with swaps (optimal string alignment).
//
// Side: our process, cli.
#include "suggest.h"

#include <algorithm>

namespace heapkit::cli {
namespace {

size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
    for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
    for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replaced});
            const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (is_swap) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[a.size()][b.size()];
}

}  // namespace

std::string closest(std::string_view word, const std::vector<std::string>& known) {
    const std::string* best = nullptr;
    size_t best_distance = 1 + word.size() / 3;
    for (const std::string& candidate : known) {
        const bool is_beginning = word.size() >= 3 && candidate.starts_with(word);
        const size_t away = is_beginning ? 1 : distance(word, candidate);
        if (away > best_distance || (best != nullptr && away == best_distance)) continue;
        best = &candidate;
        best_distance = away;
    }
    return best == nullptr ? "" : *best;
}

}  // namespace heapkit::cli

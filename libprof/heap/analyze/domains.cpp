// SPDX-License-Identifier: MIT
//
// See domains.h. A domain comes after the one around it, so one pass over the rows is enough for paths and matches.
//
// Side: heap, floor 7 (analyze).
#include "analyze/domains.h"

#include <fnmatch.h>

namespace heapkit::analyze {
namespace {

bool fits(const std::string& pattern, const std::string& text) {
    return fnmatch(pattern.c_str(), text.c_str(), FNM_NOESCAPE) == 0;
}

}  // namespace

Domains::Domains(const Heap& heap) : heap_(heap) {
    const auto rows = heap.snapshot().domains();
    for (size_t row = 1; row < rows.size(); ++row) {
        const std::string name(heap.snapshot().string(rows[row].name));
        paths_.push_back(rows[row].parent == 0 ? name : paths_[rows[row].parent] + '/' + name);
    }
}

std::vector<bool> Domains::matching(const std::string& pattern) const {
    std::vector<bool> matches(paths_.size());
    if (pattern == "-" || pattern == "none") {
        matches[0] = true;
        return matches;
    }
    const auto rows = heap_.snapshot().domains();
    for (size_t row = 1; row < matches.size(); ++row) {
        const std::string name(heap_.snapshot().string(rows[row].name));
        matches[row] = matches[rows[row].parent] || fits(pattern, name) || fits(pattern, paths_[row]);
    }
    return matches;
}

}  // namespace heapkit::analyze

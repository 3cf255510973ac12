// SPDX-License-Identifier: MIT
//
// References in words, to be compared with what a test expects.
//
// Side: tests.
#pragma once

#include <set>
#include <string>

#include "analyze/vertex_text.h"
#include "heap.h"

namespace heapkit::tests {

// Every reference as a line: "vector<Subscription> [3].handler → λ in subscribe(int)", "… ⇢ …" when it does not own.
inline std::multiset<std::string> lines_of(const Heap& heap, bool raw = false) {
    const refs::References& references = **heap.references(raw);
    const analyze::VertexText text(heap, references);
    std::multiset<std::string> lines;
    for (uint32_t edge = 0; edge < references.graph().edges.size(); ++edge) {
        const refs::Reference reference = references.reference(edge);
        lines.insert(text.name(reference.from) + " " + references.label(edge) + (reference.owns ? " → " : " ⇢ ") +
                     text.name(reference.to));
    }
    return lines;
}

}  // namespace heapkit::tests

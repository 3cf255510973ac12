// SPDX-License-Identifier: MIT
//
// Is there more of it than before? Of one subject, a type or the owner of containers, over snapshots of one run: what a
// test of a program asks about its own work.
//
// Side:   heap, floor 7 (analyze).
// Cost:   one pass over the blocks and containers of each heap; of an owner Ownership's as well.
// Memory: a bit a block, and 4 bytes a new block of the subject.
//
// A subject is a type when any block or element of a container is called so, or the debug information has a class of
// that name; otherwise it is the owner of containers: "DocumentCache::docs_". Of a type are counted the blocks, its
// nodes in containers among them, and the elements that lie side by side in a vector's or deque's storage; of an owner
// the elements.
//
// A name that nobody knows is misspelled, and a test of it would never fail: see is_known.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "heap.h"

namespace heapkit::analyze {

struct SubjectGrowth {
    bool is_known = true;  // by one of the snapshots, or by the debug information
    bool is_owner = false;
    Trend counts;               // one value a heap
    std::vector<BlockId> born;  // blocks of the last heap that are of it, and that the first does not have

    int64_t gain() const { return counts.back() - counts.front(); }
    size_t steps_up() const;
    std::string text() const;  // "3 → 13 → 23, at every step (2 of 2)"
};

// `heaps`, oldest first, two at least, of one run. Errors: the snapshots are of two runs; of an owner those of
// Ownership::of().
Result<SubjectGrowth> subject_growth(std::span<const Heap* const> heaps, const std::string& subject);

// What a subject could be called, without namespaces: the classes of the debug information; with a "::" in it their
// members too, "DocumentCache::docs_".
std::vector<std::string> subject_names(const Heap& heap, bool with_members);

// The subject's new blocks, for people: a line for who allocated most of them, and the chain that most are held by, or
// what refers to one when nothing holds it. Empty where nothing is new. Errors: those of chains().
struct NewOnes {
    std::string allocated;  // "make_session() test.cpp:12, called from TestBody() test.cpp:20 (18 of 20)"
    std::vector<Net> nets;
    std::vector<std::string> notes;
};
Result<NewOnes> new_ones(const Heap& heap, std::span<const BlockId> born);

}  // namespace heapkit::analyze

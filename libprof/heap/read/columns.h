// SPDX-License-Identifier: MIT
//
// The big columns of a snapshot: blocks, words, pages, hashes and objects of Python, with the proof that every index in
// them is in range.
//
// Side:    heap, floor 2 (read).
// Threads: free functions over const data.
// Memory:  spans of the mapped file; see WordColumns for the two exceptions.
#pragma once

#include <optional>
#include <vector>

#include "read/checks.h"
#include "read/python.h"
#include "read/residency.h"
#include "read/sections.h"
#include "read/snapshot.h"

namespace heapkit::read {

// What Blocks point to when the program handed out blocks itself.
struct BlockColumns {
    std::vector<prof_pool> copied_pools;  // a later minor version made them longer
    std::vector<uint64_t> sizes;          // with what is left of each pool as a whole
    std::vector<uint32_t> slacks;
};

Result<Blocks> read_blocks(const Sections& sections, const SmallSections& small, BlockColumns& columns);

// Checks the pools of blocks that are checked, and gives the blocks that are left of them their true sizes.
Result<Blocks> read_pools(const Sections& sections, const Blocks& blocks, BlockColumns& columns);

// What Words point to when the file does not have it as we need it.
struct WordColumns {
    std::vector<prof_root> copied_roots;  // a later minor version made them longer
    std::vector<uint32_t> no_words;       // zeros for block_end: the snapshot was taken without contents
};

Result<Words> read_words(const Sections& sections, const SmallSections& small, const Blocks& blocks,
                         WordColumns& columns);

// What Python points to where a later minor version made rows longer.
struct PythonColumns {
    std::vector<prof_python> facts;
    std::vector<prof_python_type> types;
    std::vector<prof_python_object> objects;
    std::vector<prof_python_reference> references;
    std::vector<prof_python_root> roots;
};

Result<Python> read_python(const Sections& sections, const SmallSections& small, const Blocks& blocks,
                           PythonColumns& columns);

Result<Residency> read_residency(const Sections& sections, const SmallSections& small,
                                 std::vector<prof_page_range>& copied);

// A hash a block; none at all when the snapshot was not asked for them.
Result<std::span<const uint64_t>> read_hashes(const Sections& sections, const Blocks& blocks);

}  // namespace heapkit::read

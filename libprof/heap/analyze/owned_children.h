// SPDX-License-Identifier: MIT
//
// The dominator tree, one node at a time: for who walks down as far as he likes, where owned_tree() shows the top.
//
// Side:    heap, floor 7 (analyze).
// Threads: one thread: it remembers the nodes that it has been to.
// Cost:    of a node one pass over what its members dominate, and of each node above it, the first time.
// Memory:  4 bytes for each member of the nodes that it remembers; those are bounded.
//
// A node is called by its way from the top, the number of the child at each step, largest first: "0.3.1". The same
// snapshot has the same ways each time, so that a link to one keeps its meaning.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <heapkit/shapes.h>
#include "analyze/owned_kinds.h"

namespace heapkit::analyze {

struct ChildrenOptions {
    std::string node = {};  // "": the top
    size_t offset = 0, limit = 200;
};

class OwnedChildren {
   public:
    // All must outlive it.
    OwnedChildren(const Heap& heap, const Ownership& ownership);

    // A row a kind of child, most retained first: node, name, kind, count, self, retained, share, retained_blocks,
    // address (of what is a block or in one), has_children. Errors: no such node.
    Result<Table> table(const ChildrenOptions& options);

   private:
    struct Child {
        std::string group = {};  // of the top's groups: their name
        VertexSet members = {};
        int64_t retained_bytes = 0;
    };
    using Children = std::vector<Child>;  // largest first

    Result<const Children*> children_of(const std::string& node);
    Children top() const;
    Children below(const Child& child) const;
    std::string name_of(const Child& child) const;
    std::vector<Cell> row(const std::string& parent, size_t number, const Child& child) const;

    const Heap& heap_;
    const Ownership& ownership_;
    const OwnedKinds kinds_;
    std::map<std::string, Children> known_;
};

}  // namespace heapkit::analyze

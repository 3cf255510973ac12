// SPDX-License-Identifier: MIT
//
// The vertices of a graph of references: which block belongs to which, and which roots there are.
//
// Side:    heap, floor 5 (refs). references.h says what is folded into what.
// Threads: const once it is built.
// Memory:  4 bytes a block, 8 a container, 40 a root; with Python 8 bytes a block more.
#pragma once

#include <cstdint>
#include <vector>

#include "refs/fields.h"

namespace heapkit::refs {

using VertexId = Id<struct VertexTag>;

// Where a root's words are pointers to blocks: a variable, or one word.
struct Root {
    uint32_t area = 0;          // index in read::Words::roots
    uint64_t offset_bytes = 0;  // of its first word that is a pointer
    uint64_t first_entry = 0;   // of that word, in read::Words::slot
    VariableRef variable;
    uint32_t python = python::none;  // row of the snapshot's roots of Python; then nothing above is meant

    bool is_python() const noexcept { return python != python::none; }
};

class Vertices {
   public:
    enum class Kind : uint8_t { block, container, root };

    // Blocks and containers; roots are added one by one. Without types nothing is folded.
    Vertices(const read::Blocks& blocks, const symbols::TypeBook& book, const types::Types* types,
             const python::Objects* python);

    void add_root(const Root& root) { roots_.push_back(root); }

    size_t count() const noexcept { return first_root_ + roots_.size(); }
    size_t first_root() const noexcept { return first_root_; }
    const std::vector<Root>& roots() const noexcept { return roots_; }

    Kind kind(VertexId vertex) const noexcept {
        if (vertex.index() < block_count_) return Kind::block;
        return vertex.index() < first_root_ ? Kind::container : Kind::root;
    }
    uint32_t container(VertexId vertex) const noexcept { return vertex.value - static_cast<uint32_t>(block_count_); }
    const Root& root(VertexId vertex) const noexcept { return roots_[vertex.index() - first_root_]; }
    VertexId of_block(BlockId block) const noexcept {
        return VertexId(of_block_.empty() ? block.value : of_block_[block.index()]);
    }
    bool exists(VertexId vertex) const noexcept;
    uint64_t storage_bytes(uint32_t container) const noexcept { return storage_bytes_[container]; }
    // Of the blocks that were folded into an object of Python's.
    uint64_t part_bytes(BlockId block) const noexcept { return part_bytes_.empty() ? 0 : part_bytes_[block.index()]; }

   private:
    void fold(const read::Blocks& blocks, const symbols::TypeBook& book, const types::Containers& containers);
    void fold(const read::Blocks& blocks, const types::Types& types, const python::Objects& python);

    size_t block_count_, first_root_;
    std::vector<uint32_t> of_block_;       // empty: nothing is folded
    std::vector<uint64_t> storage_bytes_;  // of a container: its blocks
    std::vector<uint64_t> part_bytes_;     // of an object of Python's; empty: there are none
    std::vector<Root> roots_;
};

}  // namespace heapkit::refs

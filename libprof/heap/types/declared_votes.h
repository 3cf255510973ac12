// SPDX-License-Identifier: MIT
//
// The technique "declared": the program said which type it was about to allocate (prof.h, prof.hpp).
//
// Side:    heap, floor 4 (types). Certain, as far as the sizes agree.
// Threads: one thread.
// Memory:  48 bytes a declared type.
//
// What is declared is what the allocator was asked for: of a container its nodes and the elements of its buffers. These
// are called as they are without a declaration:
//
//     Session                                             Session, or Session[] in a block of several
//     std::_Rb_tree_node<std::pair<int const, Document>>  map<int, Document> node
//     std::__detail::_Hash_node_base*                     hash table buckets
//     std::_Sp_counted_ptr_inplace<Session, …>            Session
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "read/snapshot.h"
#include "types/stack_votes.h"
#include "types/type_table.h"

namespace heapkit::types {

class DeclaredVotes {
   public:
    // All must outlive it.
    DeclaredVotes(const read::Snapshot& snapshot, const read::Blocks& blocks, const symbols::TypeBook& book,
                  TypeTable& types);

    // 0: nothing was said of it, or it cannot be so.
    TypeId of(BlockId block) const {
        if (rows_.empty()) [[likely]]
            return unknown_type;
        return rows_[snapshot_.tag_of(blocks_.stack_of(block)).type].vote.for_size(blocks_.size_bytes(block));
    }
    // What is not so, by name. One pass over the blocks.
    std::vector<DeclaredDoubt> doubts() const;

   private:
    struct Row {
        StackVote vote = {.size_bytes = 1};  // nothing, whatever the size
        std::string name;
        uint64_t declared_bytes = 0, known_bytes = 0;
    };
    Row row_of(const prof_declared_type& type) const;
    symbols::DebugTypeId type_named(std::string_view name) const;

    const read::Snapshot& snapshot_;
    const read::Blocks& blocks_;
    const symbols::TypeBook& book_;
    TypeTable& types_;
    std::vector<Row> rows_;  // by row of the snapshot
};

// Whether `storage`, which another technique says of a block, is a container's name for what was declared of it:
// "vector<Session> buffer" of Session, "multimap<int, Document> node" of a tree's node.
bool is_storage_of(const Type& storage, const Type& declared);

}  // namespace heapkit::types

// SPDX-License-Identifier: MIT
//
// The technique "vtable" for blocks: each distinct first word is looked at once.
//
// Side:    heap, floor 4 (types).
// Threads: one thread.
// Memory:  8 bytes a target of the snapshot.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "symbols/frames.h"
#include "types/type_table.h"
#include "types/vtable.h"

namespace heapkit::types {

class VtableVotes {
   public:
    VtableVotes(const read::Blocks& blocks, const read::Words& words, const symbols::Frames& frames,
                const symbols::TypeBook& book, TypeTable& types);

    // The class of the object that begins where the block does, or of the first of several behind their count; 0: none.
    TypeId of(BlockId block);
    // What the first word of a block is; none when it does not lead into a module.
    VtableKind kind_of(BlockId block);
    // That the block begins with; 0 when it does not begin with one.
    uint64_t vptr_of(BlockId block) const;
    // The class of debug information whose primary vtable begins at a target; 0: none.
    symbols::DebugTypeId class_of(uint64_t vptr);

   private:
    struct Answer {
        bool is_known = false;
        VtableKind kind = VtableKind::none;
        TypeId one, counted;
        uint64_t size_bytes = 0;  // 0: not known
    };
    const Answer& answer_for(uint32_t target);
    std::optional<uint32_t> first_target(BlockId block) const;
    symbols::DebugTypeId class_of(uint64_t vptr, const std::string& name);

    const read::Blocks& blocks_;
    const read::Words& words_;
    const symbols::Frames& frames_;
    const symbols::TypeBook& book_;
    TypeTable& types_;
    std::vector<Answer> of_target_;
    std::unordered_map<uint64_t, symbols::DebugTypeId> of_address_;
};

}  // namespace heapkit::types

// SPDX-License-Identifier: MIT
//
// Pointers that a type's name alone tells of, where no debug information describes its fields: the technique "field"
// for programs with symbols only, or none.
//
// Side:    heap, floor 4 (types).
// Threads: one thread.
// Memory:  16 bytes a type, and 12 a pointer that was followed.
//
//     std::_Sp_counted_ptr<Session*, …>             by its vtable, in a stripped program too: word 2 leads to a Session
//     std::vector<Session*, …> buffer               by its allocator's name: each word does, or is left over
//     std::map<int, std::unique_ptr<Session>> node  its last word does; the parent of the root leads to the map
//
// Where such pointers lie is fixed by the ABI of libstdc++. What they lead to gets a name, and has no fields. What a
// vtable says of the holder is certain, so that what its pointer leads to is believed as a field's is; buffers may have
// stale words in their spare room, and so say no more than a field of an unsure type.
#pragma once

#include <vector>

#include "types/memory.h"
#include "types/type_table.h"

namespace heapkit::types {

struct NamedPointersInput {
    const Memory& memory;
    const symbols::TypeBook& book;
    TypeTable& types;
    const std::vector<TypeId>& of_block;  // as far as they are known without this
    const std::vector<Evidence>& evidence;
};

struct NamedBlock {
    BlockId block;
    TypeId type;
    Evidence evidence = Evidence::none;
};

// Blocks without a type that such pointers lead to, ascending, one entry each; none of which two pointers of the same
// evidence disagree.
std::vector<NamedBlock> blocks_behind_named_pointers(const NamedPointersInput& input);

}  // namespace heapkit::types

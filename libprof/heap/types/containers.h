// SPDX-License-Identifier: MIT
//
// The containers of a heap: where each lies, how much it holds, and which blocks are its storage.
//
// Side:    heap, floor 4 (types). container_rules.h has the table of what is known as a container.
// Threads: const after it was built.
// Memory:  64 bytes a container that has storage of its own, 9 a block, 24 a closure that lies in its callable.
//
// A container lies in a holder, which is a block (a member of an object, an element of another container) or a root (a
// global, a thread's stack). Its storage are blocks that hold elements, or links to them, and nothing else: a vector's
// buffer, a map's nodes, a hash table's buckets and nodes, a deque's map and chunks. A string's text is storage too.
// What a smart pointer or a std::function refers to is no storage: it is an object of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "symbols/type_book.h"

namespace heapkit::types {

using ContainerId = Id<struct ContainerTag>;
constexpr uint32_t no_container = UINT32_MAX;

// Where something lies: byte `offset_bytes` of a block, or of a root.
struct Place {
    bool is_root = false;
    uint32_t index = 0;  // BlockId, or the index of a root in read::Words::roots
    uint64_t offset_bytes = 0;
    friend bool operator==(const Place&, const Place&) = default;
};

struct Container {
    Place place;
    symbols::DebugTypeId type;     // std::vector<Document, …>
    symbols::DebugTypeId element;  // Document; of a map std::pair<const int, Document>
    uint64_t elements = 0;
    uint64_t capacity = 0;  // elements that fit into its storage; of node-based ones as many as it has
    uint32_t storage_blocks = 0;
    bool is_count_exact = true;  // false: counted as far as the snapshot let us follow
};

// What a block is to the container whose storage it is.
enum class StorageRole : uint8_t { none, buffer, node, buckets, chunk, text };

struct Storage {
    uint32_t container = no_container;
    uint32_t first = 0;  // index of the first element that lies in it: 17 for the 18th node of a list
};

// What a std::function or another callable holds in itself, without a block of its own.
struct InnerClosure {
    Place place;
    symbols::DebugTypeId type;
};

struct Containers {
    std::vector<Container> all;
    std::vector<Storage> of_block;     // by BlockId
    std::vector<StorageRole> role_of;  // by BlockId
    std::vector<InnerClosure> inner_closures;

    bool is_storage(BlockId block) const noexcept { return of_block[block.index()].container != no_container; }
};

}  // namespace heapkit::types

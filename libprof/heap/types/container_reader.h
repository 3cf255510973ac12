// SPDX-License-Identifier: MIT
//
// Reads one container out of a heap: which blocks are its storage, and where its elements lie.
//
// Side:    heap, floor 4 (types). One function a shape of container_rules.h.
// Threads: one thread.
// Memory:  24 bytes a storage block of the container that is read.
//
// A container that is not consistent is rejected as a whole: it was not constructed yet, or is dead, or the debug
// information means something else. Spare capacity is never reported as elements.
#pragma once

#include <cstdint>
#include <vector>

#include "types/container_rules.h"
#include "types/containers.h"
#include "types/memory.h"

namespace heapkit::types {

// Elements side by side in a block, or the links to them.
struct Part {
    BlockId block;
    uint32_t first = 0;         // index in the container of the first element here
    uint32_t elements = 0;      // 0 for buckets and the like
    uint32_t offset_bytes = 0;  // of the first element
    StorageRole role = StorageRole::none;
    bool is_whole_block = true;  // false: a part of somebody else's block, as of an arena
};

struct Reading {
    uint64_t elements = 0, capacity = 0;
    bool is_count_exact = true;
    std::vector<Part> parts;
};

class ContainerReader {
   public:
    explicit ContainerReader(const Memory& memory) : memory_(memory) {}

    // What the container of class `container` at `place` holds; false when there is no such container. The reading is
    // good until the next one.
    bool read(const ContainerClass& container, const Place& place);
    const Reading& reading() const noexcept { return reading_; }

   private:
    struct Span {  // [begin, end) up to `capacity`, in one block
        Place begin;
        uint64_t bytes = 0, capacity_bytes = 0;
    };
    bool read_contiguous(const ContainerClass& container, const Place& place);
    bool read_counted(const ContainerClass& container, const Place& place);
    bool read_bits(const ContainerClass& container, const Place& place);
    bool read_counted_bits(const ContainerClass& container, const Place& place);
    bool read_text(const ContainerClass& container, const Place& place);
    bool read_tree(const ContainerClass& container, const Place& place);
    bool read_list(const ContainerClass& container, const Place& place);
    bool read_chain(const ContainerClass& container, const Place& head, uint64_t count);
    bool read_hash(const ContainerClass& container, const Place& place);
    bool read_deque(const ContainerClass& container, const Place& place);
    bool read_blocks(const ContainerClass& container, const Place& place);

    bool is_null(const Place& place) const;
    bool span_at(const ContainerClass& container, const Place& place, Span& span) const;
    bool is_inside(const Place& begin, uint64_t bytes) const;
    bool is_node(const ContainerClass& container, const Place& node, uint64_t& value_bytes) const;
    void add(const Place& begin, StorageRole role, uint64_t first, uint64_t elements);
    bool finish_nodes(uint64_t count);

    const Memory& memory_;
    Reading reading_;
    std::vector<Place> open_;  // of a tree
};

}  // namespace heapkit::types

// SPDX-License-Identifier: MIT
//
// Folding blocks into containers.
//
// Side: heap, floor 5 (refs).
#include "refs/vertices.h"

#include <numeric>

namespace heapkit::refs {

Vertices::Vertices(const read::Blocks& blocks, const symbols::TypeBook& book, const types::Types* types,
                   const python::Objects* python)
    : block_count_(blocks.count()),
      first_root_(blocks.count() + (types == nullptr ? 0 : types->containers().all.size())) {
    if (types == nullptr) return;
    if (!types->containers().all.empty()) fold(blocks, book, types->containers());
    if (python != nullptr && python->any()) fold(blocks, *types, *python);
}

// What is typed as something of the program's own is no part.
void Vertices::fold(const read::Blocks& blocks, const types::Types& types, const python::Objects& python) {
    if (of_block_.empty()) {
        of_block_.resize(block_count_);
        std::iota(of_block_.begin(), of_block_.end(), 0);
    }
    part_bytes_.resize(block_count_);
    for (uint32_t block = 0; block < block_count_; ++block) {
        if (types.evidence(BlockId(block)) != types::Evidence::python) continue;
        const BlockId whole = python.whole_of(BlockId(block));
        of_block_[block] = whole.value;
        if (whole.value != block) part_bytes_[whole.index()] += blocks.size_bytes(BlockId(block));
    }
}

// A container without storage of its own, or whose storage is the text of a string, is no vertex: nothing is folded
// into it.
void Vertices::fold(const read::Blocks& blocks, const symbols::TypeBook& book, const types::Containers& containers) {
    storage_bytes_.resize(containers.all.size());
    of_block_.resize(block_count_);
    const auto first_container = static_cast<uint32_t>(block_count_);
    for (uint32_t block = 0; block < block_count_; ++block) {
        of_block_[block] = block;
        if (!containers.is_storage(BlockId(block)) || containers.role_of[block] == types::StorageRole::text) continue;
        const uint32_t container = containers.of_block[block].container;
        of_block_[block] = first_container + container;
        storage_bytes_[container] += blocks.size_bytes(BlockId(block));
    }
    for (uint32_t index = 0; index < containers.all.size(); ++index) {
        const types::Container& container = containers.all[index];
        const types::Place& place = container.place;
        if (place.is_root || place.offset_bytes != 0 || storage_bytes_[index] == 0) continue;
        const bool is_all_of_it = book.type(container.type).size_bytes == blocks.size_bytes(BlockId(place.index));
        if (is_all_of_it && of_block_[place.index] == place.index) of_block_[place.index] = first_container + index;
    }
}

bool Vertices::exists(VertexId vertex) const noexcept {
    switch (kind(vertex)) {
        case Kind::block:
            return of_block(BlockId(vertex.index())) == vertex;
        case Kind::container:
            return !storage_bytes_.empty() && storage_bytes_[container(vertex)] > 0;
        case Kind::root:
            break;
    }
    return true;
}

}  // namespace heapkit::refs

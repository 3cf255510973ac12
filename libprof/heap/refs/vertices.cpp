// SPDX-License-Identifier: MIT
//
// Folding blocks into containers.
//
// Side: heap, floor 5 (refs).
#include "refs/vertices.h"

namespace heapkit::refs {

Vertices::Vertices(const read::Blocks& blocks, const symbols::TypeBook& book, const types::Containers* containers)
    : block_count_(blocks.count()), first_root_(blocks.count() + (containers == nullptr ? 0 : containers->all.size())) {
    if (containers != nullptr && !containers->all.empty()) fold(blocks, book, *containers);
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

// SPDX-License-Identifier: MIT
//
// See container_reader.h.
//
// Side: heap, floor 4 (types).
//
// What makes a walk end: in a tree and in a list each node must point back at the one that led to it, so no node is met
// twice; a chain has no such pointer, and Brent's algorithm (1980) sees its cycles.
#include "types/container_reader.h"

#include <algorithm>

namespace heapkit::types {
namespace {

constexpr uint64_t pointer_bytes = 8;

Place member(const ContainerClass& container, const Place& place, size_t index) {
    return Memory::moved(place, container.at[index].offset_bytes);
}

bool is_in_block(const std::optional<Place>& place) { return place && !place->is_root; }

}  // namespace

bool ContainerReader::read(const ContainerClass& container, const Place& place) {
    reading_.elements = reading_.capacity = 0;
    reading_.is_count_exact = true;
    reading_.parts.clear();
    switch (container.shape()) {
        case Shape::contiguous:
            return read_contiguous(container, place);
        case Shape::counted:
            return read_counted(container, place);
        case Shape::bits:
            return read_bits(container, place);
        case Shape::counted_bits:
            return read_counted_bits(container, place);
        case Shape::text:
            return read_text(container, place);
        case Shape::tree:
            return read_tree(container, place);
        case Shape::list:
            return read_list(container, place);
        case Shape::chain:
            return read_chain(container, member(container, place, 0), 0);
        case Shape::hash:
            return read_hash(container, place);
        case Shape::deque:
            return read_deque(container, place);
        case Shape::blocks:
            return read_blocks(container, place);
        default:
            return false;
    }
}

bool ContainerReader::is_null(const Place& place) const { return !memory_.word_at(place); }

bool ContainerReader::is_inside(const Place& begin, uint64_t bytes) const {
    const uint64_t area = memory_.area_bytes(begin);
    return begin.offset_bytes <= area && bytes <= area - begin.offset_bytes;
}

void ContainerReader::add(const Place& begin, StorageRole role, uint64_t first, uint64_t elements) {
    Part part;
    part.block = BlockId(begin.index);
    part.first = static_cast<uint32_t>(first);
    part.elements = static_cast<uint32_t>(elements);
    part.offset_bytes = static_cast<uint32_t>(begin.offset_bytes);
    part.role = role;
    reading_.parts.push_back(part);
}

// ---- Side by side --------------------------------------------------------------------------------------------------

bool ContainerReader::span_at(const ContainerClass& container, const Place& place, Span& span) const {
    const auto begin = memory_.pointer_at(member(container, place, 0));
    if (!is_in_block(begin)) return false;
    const uint64_t first = memory_.address_of(*begin);
    const uint64_t end = memory_.address_in(member(container, place, 1));
    const uint64_t limit = memory_.address_in(member(container, place, 2));
    if (end < first || limit < end) return false;
    span = {*begin, end - first, limit - first};
    return is_inside(span.begin, span.capacity_bytes);
}

bool ContainerReader::read_contiguous(const ContainerClass& container, const Place& place) {
    if (is_null(member(container, place, 0)))
        return is_null(member(container, place, 1)) && is_null(member(container, place, 2));
    Span span;
    const uint64_t size = container.element_bytes;
    if (size == 0 || !span_at(container, place, span)) return false;
    if (span.bytes % size != 0 || span.capacity_bytes % size != 0) return false;
    reading_.elements = span.bytes / size;
    reading_.capacity = span.capacity_bytes / size;
    add(span.begin, StorageRole::buffer, 0, reading_.elements);
    reading_.parts.back().is_whole_block = span.begin.offset_bytes == 0;
    return true;
}

bool ContainerReader::read_counted(const ContainerClass& container, const Place& place) {
    reading_.elements = memory_.number_at(member(container, place, 1), container.at[1].size_bytes);
    reading_.capacity = memory_.number_at(member(container, place, 2), container.at[2].size_bytes);
    if (is_null(member(container, place, 0))) return reading_.elements == 0;
    const auto begin = memory_.pointer_at(member(container, place, 0));
    const uint64_t size = container.element_bytes;
    if (!is_in_block(begin) || size == 0 || reading_.elements > reading_.capacity) return false;
    if (reading_.capacity > memory_.area_bytes(*begin) / size || !is_inside(*begin, reading_.capacity * size))
        return false;
    add(*begin, StorageRole::buffer, 0, reading_.elements);
    reading_.parts.back().is_whole_block = begin->offset_bytes == 0;
    return true;
}

bool ContainerReader::read_bits(const ContainerClass& container, const Place& place) {
    if (is_null(member(container, place, 0))) return is_null(member(container, place, 2));
    Span span;
    if (!span_at(container, place, span) || span.begin.offset_bytes != 0) return false;
    constexpr uint64_t offset_in_iterator = 8;  // std::_Bit_iterator_base: _M_p, _M_offset
    const Place offset = Memory::moved(member(container, place, 1), offset_in_iterator);
    reading_.elements = span.bytes * 8 + memory_.number_at(offset, 4);
    reading_.capacity = span.capacity_bytes * 8;
    if (reading_.elements > reading_.capacity) return false;
    add(span.begin, StorageRole::buffer, 0, 0);
    return true;
}

bool ContainerReader::read_counted_bits(const ContainerClass& container, const Place& place) {
    reading_.elements = memory_.number_at(member(container, place, 1), pointer_bytes);
    const uint64_t words = memory_.number_at(member(container, place, 2), pointer_bytes);
    if (is_null(member(container, place, 0))) return reading_.elements == 0 && words == 0;
    const auto begin = memory_.pointer_at(member(container, place, 0));
    if (!is_in_block(begin) || begin->offset_bytes != 0 || words > memory_.area_bytes(*begin) / pointer_bytes)
        return false;
    reading_.capacity = words * pointer_bytes * 8;
    if (reading_.elements > reading_.capacity) return false;
    add(*begin, StorageRole::buffer, 0, 0);
    return true;
}

// A short string lies in the string itself, its pointer too; then it has no storage.
bool ContainerReader::read_text(const ContainerClass& container, const Place& place) {
    const auto text = memory_.pointer_at(member(container, place, 0));
    if (!is_in_block(text) || text->offset_bytes != 0) return true;
    const bool is_own_block = !place.is_root && place.index == text->index;
    if (is_own_block) return false;
    const uint64_t size = container.element_bytes == 0 ? 1 : container.element_bytes;
    const uint64_t room = memory_.area_bytes(*text) / size;
    reading_.elements = memory_.number_at(member(container, place, 1), pointer_bytes);
    if (room == 0 || reading_.elements >= room) return false;
    reading_.capacity = room - 1;
    add(*text, StorageRole::text, 0, 0);
    return true;
}

// ---- Nodes ---------------------------------------------------------------------------------------------------------

// Whether a node of this container can lie there. `value_bytes`: where the element lies in it.
bool ContainerReader::is_node(const ContainerClass& container, const Place& node, uint64_t& value_bytes) const {
    if (node.is_root || node.offset_bytes % pointer_bytes != 0) return false;
    const uint64_t room = memory_.area_bytes(node);
    const bool is_whole = node.offset_bytes == 0;
    for (const ContainerClass::Node& candidate : container.nodes) {
        value_bytes = candidate.value_bytes;
        if (is_whole ? candidate.size_bytes == room : is_inside(node, candidate.size_bytes)) return true;
    }
    value_bytes = container.rule->value;
    return container.nodes.empty() && is_inside(node, value_bytes + std::max<uint64_t>(container.element_bytes, 1));
}

bool ContainerReader::finish_nodes(uint64_t count) {
    uint64_t nodes = 0;
    for (const Part& part : reading_.parts) nodes += part.role == StorageRole::node;
    reading_.elements = reading_.capacity = nodes;
    reading_.is_count_exact = count == nodes;
    return count == 0 || count == nodes;
}

bool ContainerReader::read_tree(const ContainerClass& container, const Place& place) {
    const ContainerRule& rule = *container.rule;
    const uint64_t count = memory_.number_at(member(container, place, 2), pointer_bytes);
    const Place root = member(container, place, 0);
    if (is_null(root)) return count == 0;
    const auto descend = [&](const Place& from, uint64_t parent_address) {
        const auto node = memory_.pointer_at(from);
        uint64_t value_bytes = 0;
        if (!node || !is_node(container, *node, value_bytes)) return false;
        if (memory_.address_in(Memory::moved(*node, rule.parent)) != parent_address) return false;
        open_.push_back(*node);
        return true;
    };
    // In order: down to the left, the node itself, then the same on its right.
    open_.clear();
    Place next = root;
    uint64_t parent = memory_.address_of(member(container, place, 1)), index = 0;
    while (true) {
        while (!is_null(next)) {
            if (!descend(next, parent)) return false;
            parent = memory_.address_of(open_.back());
            next = Memory::moved(open_.back(), rule.left);
        }
        if (open_.empty()) return finish_nodes(count);
        const Place node = open_.back();
        open_.pop_back();
        uint64_t value_bytes = 0;
        is_node(container, node, value_bytes);
        add(Memory::moved(node, value_bytes), StorageRole::node, index++, 1);
        reading_.parts.back().is_whole_block = node.offset_bytes == 0;
        next = Memory::moved(node, rule.right);
        parent = memory_.address_of(node);
    }
}

bool ContainerReader::read_list(const ContainerClass& container, const Place& place) {
    const ContainerRule& rule = *container.rule;
    const uint64_t back = rule.next == 0 ? pointer_bytes : 0;
    const Place sentinel = member(container, place, 0);
    const uint64_t end = memory_.address_of(sentinel);
    const bool is_counted = container.at[1].size_bytes != 0;
    const uint64_t count = is_counted ? memory_.number_at(member(container, place, 1), pointer_bytes) : 0;
    if (is_null(sentinel)) return false;  // an empty list points at itself
    Place here = sentinel;
    for (uint64_t index = 0;; ++index) {
        const Place link = Memory::moved(here, rule.next);
        const uint64_t address = memory_.address_in(link);
        if (address == end) break;
        const auto node = memory_.pointer_at(link);
        uint64_t value_bytes = 0;
        if (!node || !is_node(container, *node, value_bytes)) return false;
        if (memory_.address_in(Memory::moved(*node, back)) != memory_.address_of(here)) return false;
        add(Memory::moved(*node, value_bytes), StorageRole::node, index, 1);
        reading_.parts.back().is_whole_block = node->offset_bytes == 0;
        here = *node;
    }
    return memory_.address_in(Memory::moved(sentinel, back)) == memory_.address_of(here) && finish_nodes(count);
}

// From the pointer at `head` on. `count`: as many as there must be; 0: not known.
bool ContainerReader::read_chain(const ContainerClass& container, const Place& head, uint64_t count) {
    Place link = head;
    uint64_t tortoise = 0, index = 0, power = 1;
    for (; !is_null(link); ++index) {
        const auto node = memory_.pointer_at(link);
        uint64_t value_bytes = 0;
        if (!node || !is_node(container, *node, value_bytes)) return false;
        const uint64_t address = memory_.address_of(*node);
        if (address == tortoise || (count != 0 && index == count)) return false;
        if (index == power) tortoise = address, power *= 2;
        add(Memory::moved(*node, value_bytes), StorageRole::node, index, 1);
        reading_.parts.back().is_whole_block = node->offset_bytes == 0;
        link = Memory::moved(*node, container.rule->next);
    }
    return finish_nodes(count);
}

bool ContainerReader::read_hash(const ContainerClass& container, const Place& place) {
    const uint64_t count = memory_.number_at(member(container, place, 2), pointer_bytes);
    const uint64_t bucket_count = memory_.number_at(member(container, place, 3), pointer_bytes);
    const auto buckets = memory_.pointer_at(member(container, place, 0));
    if (!buckets) return is_null(member(container, place, 1)) && is_null(member(container, place, 0)) && count == 0;
    if (!read_chain(container, member(container, place, 1), count)) return false;
    const bool is_inside_itself = buckets->is_root == place.is_root && buckets->index == place.index;
    if (is_inside_itself) return true;
    if (buckets->is_root || buckets->offset_bytes != 0) return false;
    if (bucket_count > memory_.area_bytes(*buckets) / pointer_bytes) return false;
    add(*buckets, StorageRole::buckets, 0, 0);
    return true;
}

// ---- Chunks --------------------------------------------------------------------------------------------------------

// libstdc++: start and finish are iterators, {current, first, last, place in the map}; 512 bytes a chunk.
bool ContainerReader::read_deque(const ContainerClass& container, const Place& place) {
    constexpr uint64_t chunk_bytes = 512, first_at = 8, node_at = 24;
    const uint64_t size = container.element_bytes;
    const auto map = memory_.pointer_at(member(container, place, 0));
    if (!is_in_block(map) || map->offset_bytes != 0 || size == 0) return false;
    const uint64_t per_chunk = size < chunk_bytes ? chunk_bytes / size : 1;
    const Place start = member(container, place, 1), finish = member(container, place, 2);
    const auto first_slot = memory_.pointer_at(Memory::moved(start, node_at));
    const auto last_slot = memory_.pointer_at(Memory::moved(finish, node_at));
    const bool are_in_map = first_slot && last_slot && !first_slot->is_root && !last_slot->is_root &&
                            first_slot->index == map->index && last_slot->index == map->index;
    if (!are_in_map || last_slot->offset_bytes < first_slot->offset_bytes) return false;
    if (memory_.number_at(member(container, place, 3), pointer_bytes) > memory_.area_bytes(*map) / pointer_bytes)
        return false;
    add(*map, StorageRole::buckets, 0, 0);
    uint64_t index = 0;
    for (Place slot = *first_slot; slot.offset_bytes <= last_slot->offset_bytes; slot.offset_bytes += pointer_bytes) {
        const auto chunk = memory_.pointer_at(slot);
        if (!is_in_block(chunk) || chunk->offset_bytes != 0 || memory_.area_bytes(*chunk) < per_chunk * size)
            return false;
        uint64_t begin = 0, end = per_chunk * size;
        const uint64_t address = memory_.address_of(*chunk);
        if (slot == *first_slot) {
            if (memory_.address_in(Memory::moved(start, first_at)) != address) return false;
            begin = memory_.address_in(start) - address;
        }
        if (slot == *last_slot) {
            if (memory_.address_in(Memory::moved(finish, first_at)) != address) return false;
            end = memory_.address_in(finish) - address;
        }
        if (begin > end || end > per_chunk * size || (end - begin) % size != 0) return false;
        add(Memory::moved(*chunk, begin), StorageRole::chunk, index, (end - begin) / size);
        index += (end - begin) / size;
    }
    reading_.elements = index;
    reading_.capacity = (reading_.parts.size() - 1) * per_chunk;
    return true;
}

// libc++: a map of chunks of 4096 bytes (16 elements where they are large), the index of the first element, a count.
bool ContainerReader::read_blocks(const ContainerClass& container, const Place& place) {
    constexpr uint64_t chunk_bytes = 4096, large = 256, of_large = 16;
    const uint64_t size = container.element_bytes;
    const uint64_t start = memory_.number_at(member(container, place, 2), pointer_bytes);
    const uint64_t count = memory_.number_at(member(container, place, 3), pointer_bytes);
    if (is_null(member(container, place, 0))) return count == 0;
    const auto slots = memory_.pointer_at(member(container, place, 0));
    const uint64_t end = memory_.address_in(member(container, place, 1));
    if (!is_in_block(slots) || size == 0 || end < memory_.address_of(*slots)) return false;
    const uint64_t chunks = (end - memory_.address_of(*slots)) / pointer_bytes;
    const uint64_t per_chunk = size < large ? chunk_bytes / size : of_large;
    if (!is_inside(*slots, chunks * pointer_bytes) || start + count > chunks * per_chunk) return false;
    add({false, slots->index, 0}, StorageRole::buckets, 0, 0);
    for (uint64_t chunk = 0; chunk < chunks; ++chunk) {
        const auto block = memory_.pointer_at(Memory::moved(*slots, chunk * pointer_bytes));
        if (!is_in_block(block) || block->offset_bytes != 0 || memory_.area_bytes(*block) < per_chunk * size)
            return false;
        const uint64_t begin = std::clamp(start, chunk * per_chunk, (chunk + 1) * per_chunk);
        const uint64_t behind = std::clamp(start + count, chunk * per_chunk, (chunk + 1) * per_chunk);
        add(Memory::moved(*block, (begin - chunk * per_chunk) * size), StorageRole::chunk, begin - start,
            behind - begin);
    }
    reading_.elements = count;
    reading_.capacity = chunks * per_chunk;
    return true;
}

}  // namespace heapkit::types

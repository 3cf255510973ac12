// SPDX-License-Identifier: MIT
//
// From a block's type, or a variable's, to the name of one word in it.
//
// Side: heap, floor 5 (refs).
#include "refs/fields.h"

#include <fmt/format.h>
#include <algorithm>

#include "types/container_rules.h"

namespace heapkit::refs {
namespace {

using symbols::DebugTypeId;
using symbols::TypeKind;
using types::StorageRole;

constexpr uint64_t word_bytes = sizeof(uint64_t);
constexpr int deepest_guard = 8;  // optionals and variants in each other

bool is_signed_name(std::string_view name) {
    return name == "int" || name == "long" || name == "short" || name == "long long" || name == "signed char";
}

}  // namespace

uint64_t Link::field_key() const noexcept {
    uint64_t key = static_cast<uint64_t>(kind == Kind::conservative) + 1;
    for (size_t step = 0; step < step_count; ++step)
        key = (key ^ (steps[step].label.value * 2 + uint64_t{steps[step].index != no_index})) * 0x9e3779b97f4a7c15;
    return key;
}

Fields::Fields(const Input& input)
    : input_(input),
      tables_(input.book, input.types.layouts()),
      memory_(input.blocks, input.words),
      closures_(input.frames, input.book, input.types.layouts(), memory_) {}

Shape Fields::shape_of(BlockId block) const {
    const types::Containers& containers = input_.types.containers();
    if (!containers.of_block.empty() && containers.is_storage(block))
        return containers.role_of[block.index()] == StorageRole::text ? text_shape(block) : storage_shape(block);
    const types::Type& type = input_.types.type(input_.types.of(block));
    Shape shape;
    shape.holder = {.is_root = false, .index = block.value, .offset_bytes = 0};
    if (type.layout.value == 0) return shape;
    shape.type_bytes = input_.book.type(type.layout).size_bytes;
    const uint64_t bytes = input_.blocks.size_bytes(block);
    if (shape.type_bytes == 0 || bytes < type.first_offset_bytes) return shape;
    shape.kind = Shape::Kind::objects;
    shape.origin_bytes = type.first_offset_bytes;
    const uint64_t room_bytes = bytes - type.first_offset_bytes;
    if (types::can_grow(input_.book, type.layout)) shape.type_bytes = std::max(shape.type_bytes, room_bytes);
    shape.count = type.is_head ? 1 : std::max<uint64_t>(1, room_bytes / shape.type_bytes);
    shape.is_array = shape.count > 1;
    shape.rows = tables_.rows_of(type.layout);
    return shape;
}

// A string's text holds no pointers: what looks like one lies in its spare room, left over from something older.
Shape Fields::text_shape(BlockId block) const {
    Shape shape;
    shape.kind = Shape::Kind::elements;
    shape.holder = {.is_root = false, .index = block.value, .offset_bytes = 0};
    shape.type_bytes = 1;
    return shape;
}

Shape Fields::storage_shape(BlockId block) const {
    const types::Containers& containers = input_.types.containers();
    const types::Storage& storage = containers.of_block[block.index()];
    const types::Container& container = containers.all[storage.container];
    Shape shape;
    shape.holder = {.is_root = false, .index = block.value, .offset_bytes = 0};
    shape.container = storage.container;
    shape.kind = Shape::Kind::links;
    shape.type_bytes = input_.book.type(container.element).size_bytes;
    const StorageRole role = containers.role_of[block.index()];
    if (role == StorageRole::buckets || shape.type_bytes == 0) return shape;
    shape.kind = role == StorageRole::node ? Shape::Kind::node : Shape::Kind::elements;
    shape.is_array = true;
    shape.first_index = storage.first;
    shape.origin_bytes = static_cast<int64_t>(element_offset(block, container));
    const uint64_t left = container.elements - std::min<uint64_t>(container.elements, storage.first);
    shape.count = role == StorageRole::node ? 1 : container.is_count_exact ? left : UINT64_MAX;
    shape.rows = tables_.rows_of(container.element);
    return shape;
}

uint64_t Fields::element_offset(BlockId block, const types::Container& container) const {
    const types::ContainerClass* const known = input_.types.layouts().classes().of(container.type);
    if (known == nullptr) return 0;
    const types::Containers& containers = input_.types.containers();
    if (containers.role_of[block.index()] == StorageRole::node)
        return known->nodes.empty() ? known->rule->value : known->nodes.front().value_bytes;
    const bool is_first_chunk =
        containers.role_of[block.index()] == StorageRole::chunk && containers.of_block[block.index()].first == 0;
    return is_first_chunk ? first_chunk_offset(block, container, *known) : 0;
}

// A deque's first chunk may begin with room for elements to be put in front.
uint64_t Fields::first_chunk_offset(BlockId block, const types::Container& container,
                                    const types::ContainerClass& known) const {
    types::Place at = container.place;
    if (known.shape() ==
        types::Shape::blocks) {  // libc++: the index of the first element, counted from the first chunk
        at.offset_bytes += known.at[2].offset_bytes;
        const uint64_t in_chunk = input_.blocks.size_bytes(block) / std::max<uint64_t>(known.element_bytes, 1);
        return in_chunk == 0 ? 0 : bits_at(at, word_bytes).value_or(0) % in_chunk * known.element_bytes;
    }
    at.offset_bytes += known.at[1].offset_bytes;  // libstdc++: the start iterator's pointer to the element
    return bits_at(at, word_bytes).value_or(input_.blocks.address[block.index()]) -
           input_.blocks.address[block.index()];
}

Shape Fields::shape_of_root(uint32_t root, uint64_t offset_bytes) const {
    Shape shape;
    shape.holder = {.is_root = true, .index = root, .offset_bytes = 0};
    const auto variable = input_.variables.at(input_.words.roots[root], offset_bytes);
    if (!variable) return shape;
    shape.kind = Shape::Kind::objects;
    shape.origin_bytes = variable->begin_bytes;
    shape.count = 1;
    DebugTypeId type = variable->type;
    for (; input_.book.type(type).kind == TypeKind::array; type = input_.book.type(type).target) {
        shape.count *= input_.book.type(type).count;
        shape.is_array = true;
    }
    shape.type_bytes = input_.book.type(type).size_bytes;
    if (shape.type_bytes == 0) shape.kind = Shape::Kind::unknown;
    shape.rows = tables_.rows_of(type);
    return shape;
}

Link Fields::link(const Shape& shape, uint64_t offset_bytes) const {
    Link link;
    if (shape.kind == Shape::Kind::unknown) return link;
    const int64_t from_first = static_cast<int64_t>(offset_bytes) - shape.origin_bytes;
    const bool is_storage = shape.kind == Shape::Kind::node || shape.kind == Shape::Kind::links;
    if (shape.kind == Shape::Kind::links || (is_storage && from_first < 0)) link.kind = Link::Kind::internal;
    if (shape.kind == Shape::Kind::links || from_first < 0) return link;
    const uint64_t index = static_cast<uint64_t>(from_first) / shape.type_bytes;
    if (index >= shape.count) {
        if (is_storage) link.kind = Link::Kind::internal;  // a hash behind the element
        if (shape.kind == Shape::Kind::elements) link.kind = Link::Kind::dead;
        return link;
    }
    if (shape.is_array)
        link.steps[link.step_count++] = {.label = {}, .index = static_cast<uint32_t>(shape.first_index + index)};
    const auto begin = static_cast<uint64_t>(shape.origin_bytes) + index * shape.type_bytes;
    walk(link, {.rows = shape.rows,
                .base = {.is_root = shape.holder.is_root, .index = shape.holder.index, .offset_bytes = begin},
                .offset_bytes = static_cast<uint64_t>(from_first) % shape.type_bytes});
    return link;
}

// From the byte of an object to its field; on into an array of objects there, or into a closure that a function holds.
void Fields::walk(Link& link, Spot spot) const {
    using Kind = types::Field::Kind;
    while (link.step_count < link.steps.size()) {
        bool is_absent = false;
        const FieldRow* const found = tables_.find(spot.rows, spot.offset_bytes, [&](const FieldRow& row) {
            const bool is_there = holds(row.guard, spot.base);
            is_absent |= !is_there;
            return is_there;
        });
        if (found == nullptr && is_absent) link.kind = Link::Kind::dead;
        if (found == nullptr || found->kind == Kind::vtable) return;
        const FieldRow row = *found;
        Link::Step& step = link.steps[link.step_count++];
        step.label = row.label;
        if (row.kind == Kind::callable) {
            const auto inside = into_callable(link, row, spot);
            if (!inside) return;
            spot = *inside;
            continue;
        }
        if (row.kind != Kind::count) {
            link.kind = row.owns ? Link::Kind::owns : Link::Kind::looks_at;
            link.is_in_container = row.kind == Kind::container;
            link.is_smart = row.is_smart;
            const bool is_dead = link.is_in_container && (is_left_over(row, spot.offset_bytes) ||
                                                          is_spare_room(row, spot.base, spot.offset_bytes));
            if (is_dead) link.kind = Link::Kind::dead;
            return;
        }
        const uint64_t element_bytes = input_.book.type(row.type).size_bytes;
        if (element_bytes == 0) return;
        const uint64_t into = spot.offset_bytes - row.begin_bytes;
        step.index = static_cast<uint32_t>(into / element_bytes);
        spot.base.offset_bytes += row.begin_bytes + into / element_bytes * element_bytes;
        spot.offset_bytes = into % element_bytes;
        spot.rows = tables_.rows_of(row.type);
    }
}

// Of a string only one word is a pointer. A long one has eight bytes more that a short one would use.
bool Fields::is_left_over(const FieldRow& row, uint64_t offset_bytes) const {
    const types::ContainerClass* const known = input_.types.layouts().classes().of(row.type);
    return known != nullptr && known->shape() == types::Shape::text &&
           offset_bytes != row.begin_bytes + known->at[0].offset_bytes;
}

// A small vector has room for its first elements in itself: what lies there is left over where it went elsewhere.
bool Fields::is_spare_room(const FieldRow& row, types::Place object, uint64_t offset_bytes) const {
    const types::ContainerClass* const known = input_.types.layouts().classes().of(row.type);
    const uint64_t into = offset_bytes - row.begin_bytes;
    if (known == nullptr || known->shape() != types::Shape::counted || into == known->at[0].offset_bytes) return false;
    const types::Place container = types::Memory::moved(object, row.begin_bytes);
    const auto begin = memory_.pointer_at(types::Memory::moved(container, known->at[0].offset_bytes));
    if (!begin || begin->is_root != object.is_root || begin->index != object.index) return true;
    const types::Place count_at = types::Memory::moved(container, known->at[1].offset_bytes);
    const uint64_t elements = memory_.number_at(count_at, known->at[1].size_bytes);
    const uint64_t at = object.offset_bytes + offset_bytes;
    const uint64_t element_bytes = std::max<uint64_t>(known->element_bytes, 1);
    return at < begin->offset_bytes || (at - begin->offset_bytes) / element_bytes >= elements;
}

// A std::function refers to the closure by its first word, or the closure lies in the function itself. What else is in
// there is left over from something older.
std::optional<Fields::Spot> Fields::into_callable(Link& link, const FieldRow& row, const Spot& spot) const {
    const types::ContainerClass* const known = input_.types.layouts().classes().of(row.type);
    if (known == nullptr) return std::nullopt;
    types::Place functor = types::Memory::moved(spot.base, row.begin_bytes);
    const auto held = closures_.held_by(*known, functor);
    functor.offset_bytes += known->at[0].offset_bytes;
    const uint64_t begin = row.begin_bytes + known->at[0].offset_bytes;
    if (!held) return std::nullopt;  // a function that we do not know: conservative
    if (held->is_in_own_block) {
        link.kind = spot.offset_bytes == begin ? Link::Kind::owns : Link::Kind::dead;
        link.is_smart = true;
        return std::nullopt;
    }
    if (spot.offset_bytes < begin || spot.offset_bytes - begin >= input_.book.type(held->type).size_bytes) {
        link.kind = Link::Kind::dead;
        return std::nullopt;
    }
    return Spot{.rows = tables_.rows_of(held->type), .base = functor, .offset_bytes = spot.offset_bytes - begin};
}

bool Fields::holds(uint32_t guard, types::Place base) const {
    for (int depth = 0; guard != 0 && depth < deepest_guard; ++depth) {
        const types::Guard& rule = input_.types.layouts().guard(guard);
        types::Place at = base;
        at.offset_bytes += rule.offset_bytes;
        // What was not kept is zero, as docs/decisions/0002-snapshot-words.md has it.
        if ((bits_at(at, rule.size_bytes).value_or(0) == rule.value) == rule.is_not) return false;
        guard = rule.outer;
    }
    return true;
}

// Of an integer of up to eight bytes that lies inside one word. Of flags only bytes 0 and 4 are known.
std::optional<uint64_t> Fields::bits_at(types::Place at, uint64_t bytes) const {
    const uint64_t in_word = at.offset_bytes % word_bytes, word_at = at.offset_bytes - in_word;
    if (bytes == 0 || in_word + bytes > word_bytes) return std::nullopt;
    const read::WordRange held =
        at.is_root ? words_of(input_.words, input_.words.roots[at.index]) : words_of(input_.words, BlockId(at.index));
    const auto word = held.at(word_at);
    if (!word) return std::nullopt;
    if (word->kind == read::WordKind::flags) {
        if (bytes > 1 || in_word % 4 != 0) return std::nullopt;
        return word->value >> (in_word * 8) & 0xff;
    }
    const uint64_t own_address = at.is_root ? input_.words.roots[at.index].address : input_.blocks.address[at.index];
    const auto value = raw_value(*word, input_.blocks, own_address);
    if (!value) return std::nullopt;
    const uint64_t shifted = *value >> (in_word * 8);
    return bytes == word_bytes ? shifted : shifted & ((uint64_t{1} << (bytes * 8)) - 1);
}

Fields::Naming Fields::naming_of(DebugTypeId container_type) const {
    const auto [known, is_new] = naming_.try_emplace(container_type, Naming::by_index);
    if (is_new) {
        const types::ContainerClass* const container = input_.types.layouts().classes().of(container_type);
        const std::string_view name = container == nullptr ? "" : container->rule->name;
        if (name.ends_with("map")) known->second = Naming::by_key;
        if (name.ends_with("set")) known->second = Naming::by_nothing;
    }
    return known->second;
}

std::optional<std::string> Fields::key_text(const Shape& shape, uint32_t index) const {
    const types::Container& container = input_.types.containers().all[shape.container];
    const auto members = input_.book.members(container.element);
    const auto is_first = [&](const symbols::Member& member) { return input_.book.text(member.name) == "first"; };
    const auto first = std::find_if(members.begin(), members.end(), is_first);
    if (first == members.end()) return std::nullopt;
    const symbols::DebugType& type = input_.book.type(first->type);
    if (type.kind != TypeKind::basic && type.kind != TypeKind::enumeration) return std::nullopt;
    const uint64_t element = uint64_t{index - shape.first_index} * shape.type_bytes;
    const uint64_t offset = static_cast<uint64_t>(shape.origin_bytes) + element + first->offset_bytes;
    const auto bits = bits_at({.is_root = false, .index = shape.holder.index, .offset_bytes = offset}, type.size_bytes);
    if (!bits) return std::nullopt;
    const auto unused = static_cast<int>(64 - 8 * type.size_bytes);
    if (is_signed_name(input_.book.name(first->type)))
        return std::to_string(static_cast<int64_t>(*bits << unused) >> unused);
    return std::to_string(*bits);
}

std::string Fields::index_text(const Shape& shape, uint32_t index) const {
    if (shape.container == types::no_container) return fmt::format("[{}]", index);
    const types::Container& container = input_.types.containers().all[shape.container];
    switch (naming_of(container.type)) {
        case Naming::by_index:
            return fmt::format("[{}]", index);
        case Naming::by_key:
            return fmt::format("[{}]", key_text(shape, index).value_or("…"));
        case Naming::by_nothing:
            break;
    }
    return "[…]";
}

// A map's elements are pairs: what is mapped needs no name, and the key is "key".
std::string Fields::step_text(const Shape& shape, const Link& link, size_t at) const {
    const Link::Step& step = link.steps[at];
    std::string text = tables_.text(step.label);
    const bool is_in_element = at == 1 && shape.container != types::no_container && link.steps[0].label.value == 0;
    if (is_in_element && naming_of(input_.types.containers().all[shape.container].type) == Naming::by_key) {
        if (text == "second")
            text = "";
        else if (text.starts_with("second."))
            text = text.substr(7);  // which may have a "first" of its own
        else if (text == "first" || text.starts_with("first."))
            text = "key" + text.substr(5);
    }
    if (step.index == Link::no_index) return text;
    return text + (at == 0 ? index_text(shape, step.index) : fmt::format("[{}]", step.index));
}

std::string Fields::text(const Shape& shape, uint64_t offset_bytes) const {
    const Link link = this->link(shape, offset_bytes);
    std::string text;
    for (size_t step = 0; step < link.step_count; ++step) {
        const std::string next = step_text(shape, link, step);
        if (!text.empty() && !next.empty() && next.front() != '[') text += next.starts_with("captured ") ? ": " : ".";
        text += next;
    }
    if (link.kind != Link::Kind::conservative) return text;
    const bool is_in_element = shape.is_array && link.step_count > 0;
    const uint64_t origin = is_in_element ? static_cast<uint64_t>(shape.origin_bytes) : 0;
    return fmt::format("{}+{:#x}", text, is_in_element ? (offset_bytes - origin) % shape.type_bytes : offset_bytes);
}

}  // namespace heapkit::refs

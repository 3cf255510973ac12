// SPDX-License-Identifier: MIT
//
// See type_table.h.
//
// Side: heap, floor 4 (types).
#include "types/type_table.h"

#include "symbols/short_name.h"
#include "types/type_names.h"

namespace heapkit::types {

using symbols::DebugTypeId;

TypeTable::TypeTable(const symbols::TypeBook& book) : book_(book) {
    intern({.name = "unknown", .full_name = "unknown"});
}

TypeId TypeTable::intern(Type type) {
    const std::string key = std::to_string(static_cast<int>(type.form)) + ' ' + std::to_string(type.layout.value) +
                            ' ' + std::to_string(type.first_offset_bytes) + (type.is_head ? "+ " : " ") +
                            type.full_name;
    const auto [known, is_new] = id_of_.try_emplace(key, types_.size());
    if (is_new) types_.push_back(std::move(type));
    return known->second;
}

TypeId TypeTable::place(const std::string& text) {
    return intern({.name = text, .full_name = text, .form = Type::Form::place});
}

TypeId TypeTable::label(const std::string& text) {
    return intern({.name = text, .full_name = text, .form = Type::Form::label});
}

TypeId TypeTable::of_python(const std::string& name, const std::string& full_name, Type::Form form) {
    return intern({.name = name, .full_name = full_name, .form = form});
}

TypeId TypeTable::named_object(std::string_view full_name, DebugTypeId layout, ObjectForm form) {
    ObjectName name = object_name(full_name);
    Type type;
    type.form = book_.type(layout).is_character ? Type::Form::text : Type::Form::object;
    type.name = std::move(name.name);
    type.full_name = full_name;
    if (form.is_array) type.name += "[]", type.full_name += "[]";
    type.is_closure = name.is_closure;
    if (form.is_head) type.name += " and more", type.is_head = true;
    type.layout = layout;
    type.first_offset_bytes = form.first_offset_bytes;
    return intern(std::move(type));
}

TypeId TypeTable::object(DebugTypeId type, ObjectForm form) {
    const uint64_t key = uint64_t{type.value} << 32 | uint64_t{form.first_offset_bytes} << 2 |
                         uint64_t{form.is_head} << 1 | uint64_t{form.is_array};
    const auto [known, is_new] = objects_.try_emplace(key);
    if (is_new) known->second = named_object(book_.name(type), type, form);
    return known->second;
}

TypeId TypeTable::object(std::string_view full_name, ObjectForm form) {
    const DebugTypeId type = book_.find(full_name);
    return type == DebugTypeId() ? named_object(full_name, type, form) : object(type, form);
}

TypeId TypeTable::coroutine(std::string_view function, DebugTypeId frame) {
    Type type;
    type.name = "coroutine " + symbols::short_function(function);
    type.full_name = std::string("coroutine ").append(function);
    type.form = frame == DebugTypeId() ? Type::Form::label : Type::Form::object;
    type.is_closure = true;
    type.layout = frame;
    return intern(std::move(type));
}

// A buffer is made of elements; a node is its own class, or an element behind its links.
TypeId TypeTable::storage(const ContainerClass& container, StorageRole role, size_t node) {
    const uint64_t key = uint64_t{container.type.value} << 32 | uint64_t{node} << 8 | static_cast<uint64_t>(role);
    const auto [known, is_new] = storages_.try_emplace(key);
    if (!is_new) return known->second;
    Type type;
    type.full_name = book_.name(container.type);
    type.name = storage_name(type.full_name, role);
    type.full_name = type.full_name + ' ' + type.name.substr(type.name.rfind(' ') + 1);
    type.form = role == StorageRole::text ? Type::Form::text : Type::Form::storage;
    if (role == StorageRole::node) {
        const bool has_class = node < container.nodes.size();
        type.layout = has_class ? container.nodes[node].type : container.element;
        type.first_offset_bytes = has_class ? 0 : container.rule->value;
    } else if (role != StorageRole::buckets) {
        type.layout = container.element;
    }
    return known->second = intern(std::move(type));
}

TypeId TypeTable::hash_buckets() {
    const std::string name(buckets_name);
    return intern({.name = name, .full_name = name, .form = Type::Form::storage});
}

TypeId TypeTable::storage(std::string_view container_full_name, StorageRole role, DebugTypeId layout) {
    Type type;
    type.name = storage_name(container_full_name, role);
    type.full_name = std::string(container_full_name) + ' ' + type.name.substr(type.name.rfind(' ') + 1);
    type.form = role == StorageRole::text ? Type::Form::text : Type::Form::storage;
    type.layout = layout;
    return intern(std::move(type));
}

}  // namespace heapkit::types

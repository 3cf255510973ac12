// SPDX-License-Identifier: MIT
//
// Places with names. Side: agent, floor 4 (python). See labels.h.
#include "python/labels.h"

#include "base/text.h"
#include "python/memory.h"

namespace prof::python {

namespace {

constexpr size_t all_searched = 64, window = 8;

void put(Growing<Label>& labels, Address target, uint32_t name) noexcept {
    if (target != 0) labels.push({target, name});
}

// tp_traverse goes through lists and tuples from behind.
void list_items(Address items, intptr_t count, Growing<Label>& labels) noexcept {
    for (intptr_t i = count; i-- > 0;) {
        const Address item = pointer_at(items + static_cast<Address>(i) * sizeof(void*));
        put(labels, item, name_of(PROF_PYTHON_INDEX, static_cast<uint32_t>(i)));
    }
}

void list_dict(Walk& walk, Address dict, Growing<Label>& labels) noexcept {
    intptr_t position = 0;
    void *key, *value;
    while (walk.python.next_item(reinterpret_cast<void*>(dict), &position, &key, &value) != 0) {
        put(labels, reinterpret_cast<Address>(value), key_name(walk, reinterpret_cast<Address>(key)));
        put(labels, reinterpret_cast<Address>(key), name_of(PROF_PYTHON_KEY_ITSELF, 0));
    }
}

// PyDictKeysObject from 3.11 on: log2 of the bytes of its index, the number of entries, and {key, value} behind that.
enum : uint16_t { keys_index_log2 = 9, keys_entry_count = 24, keys_index = 32, key_entry_bytes = 16 };

// The values of attributes that an instance keeps without a dict; 0: it has none.
Address values_of(Address object, const Class& its, Inline where) noexcept {
    constexpr Address far = 32, near = 24;
    switch (where) {
        case Inline::none:
            return 0;
        case Inline::before:
            return (its.flags & flag_managed_dict) != 0 ? pointer_at(object - far) : 0;
        case Inline::before_tagged: {
            if ((its.flags & flag_managed_dict) == 0) return 0;
            const Address tagged = pointer_at(object - near);
            return (tagged & 1) != 0 ? tagged + 1 : 0;
        }
        case Inline::behind: {
            if ((its.flags & flag_inline_values) == 0) return 0;
            const Address header = object + static_cast<Address>(its.basic_bytes);
            return read<uint8_t>(header + 3) != 0 ? header + sizeof(uint64_t) : 0;
        }
    }
    return 0;
}

void list_attributes(Walk& walk, Address object, const Class& its, Growing<Label>& labels) noexcept {
    const Layout& layout = *walk.python.layout;
    const Address values = values_of(object, its, layout.values);
    const bool has_keys = values != 0 && (its.flags & flag_heap_type) != 0;
    const Address keys = has_keys ? pointer_at(its.address + layout.ht_cached_keys) : 0;
    if (keys == 0) return;
    const auto count = read<intptr_t>(keys + keys_entry_count);
    const Address entries = keys + keys_index + (Address{1} << read<uint8_t>(keys + keys_index_log2));
    constexpr intptr_t most_shared = 64;
    for (intptr_t i = 0; i < count && i < most_shared; ++i) {
        const Address key = pointer_at(entries + static_cast<Address>(i) * key_entry_bytes);
        const Address value = pointer_at(values + static_cast<Address>(i) * sizeof(void*));
        put(labels, value, name_of(PROF_PYTHON_ATTRIBUTE, walk.texts.of_identifier(key)));
    }
}

void list_managed_dict(Walk& walk, Address object, const Class& its, Growing<Label>& labels) noexcept {
    if ((its.flags & flag_managed_dict) == 0 || walk.python.layout->values == Inline::none) return;
    const Address dict = pointer_at(object - 24);
    if ((dict & 1) == 0) put(labels, dict, name_of(PROF_PYTHON_ATTRIBUTE, walk.texts.of_characters("__dict__", 8)));
}

uint32_t text_of_function(Walk& walk, Address function) noexcept {
    const Layout& layout = *walk.python.layout;
    const Address code = pointer_at(function + layout.func_code);
    char text[Texts::most_bytes + 32], file[Texts::most_bytes];
    size_t used = walk.texts.append(pointer_at(function + layout.func_qualname), text, 0);
    if (code == 0 || type_of(code) != walk.python.code_type) return walk.texts.of_characters(text, used);
    const size_t length = walk.texts.append(pointer_at(code + layout.co_filename), file, 0);
    size_t base = length;
    while (base > 0 && file[base - 1] != '/') --base;
    char number[24];
    const char* const line = digits(read<uint32_t>(code + layout.co_firstlineno), number);
    const size_t line_length = __builtin_strlen(line);
    if (used + (length - base) + line_length + 2 > sizeof text) return walk.texts.of_characters(text, used);
    text[used++] = ' ';
    __builtin_memcpy(text + used, file + base, length - base);
    used += length - base;
    text[used++] = ':';
    __builtin_memcpy(text + used, line, line_length);
    return walk.texts.of_characters(text, used + line_length);
}

uint32_t text_of_class(Walk& walk, Address klass) noexcept {
    const uint32_t number = walk.classes.of(klass);
    if (number == Classes::none) return 0;
    const prof_python_type& row = walk.classes.rows()[number + 1];
    const char* const module = walk.writer.strings.at(row.module);
    if (same_text(module, "builtins")) return row.name;
    Text<2 * Texts::most_bytes> text;
    text.add(module).add('.').add(walk.writer.strings.at(row.name));
    return walk.texts.of_characters(text.c_str(), text.length());
}

}  // namespace

uint32_t key_name(Walk& walk, Address key) noexcept {
    if (type_of(key) == walk.python.int_type) {
        // Of one digit: up to 3.11 its number of digits is signed, from 3.12 on it is a tag whose low bits are the
        // sign.
        const auto size = read<intptr_t>(key + ob_size);
        const uint32_t digit = read<uint32_t>(key + ob_item);
        const bool is_new = walk.python.layout->version >= 0x30c;
        const bool is_small = is_new ? size >> 3 == 1 && (size & 3) == 0 : size == 1;
        const bool is_zero = is_new ? (size & 3) == 1 : size == 0;
        if (is_zero) return name_of(PROF_PYTHON_NUMBER, 0);
        if (is_small) return name_of(PROF_PYTHON_NUMBER, digit);
        return name_of(PROF_PYTHON_KEY, 0);
    }
    return name_of(PROF_PYTHON_KEY, walk.texts.of_identifier(key));
}

void list_labels(Walk& walk, Address object, const Class& its, Growing<Label>& labels) noexcept {
    list_attributes(walk, object, its, labels);
    if (its.kind == Class::Kind::dict) list_dict(walk, object, labels);
    if (its.kind == Class::Kind::list) list_items(items_of_list(object), count_of(object), labels);
    if (its.kind == Class::Kind::tuple) list_items(items_of_tuple(object), count_of(object), labels);
    for (uint32_t i = its.slots_begin; i < its.slots_end; ++i) {
        const Slot& slot = walk.classes.slots()[i];
        put(labels, pointer_at(object + static_cast<Address>(slot.offset)), name_of(PROF_PYTHON_ATTRIBUTE, slot.name));
    }
    list_managed_dict(walk, object, its, labels);
    put(labels, its.address, name_of(PROF_PYTHON_ATTRIBUTE, walk.classes.dunder_class()));
}

uint32_t text_of(Walk& walk, Address object, const Class& its) noexcept {
    switch (its.kind) {
        case Class::Kind::function:
            return text_of_function(walk, object);
        case Class::Kind::klass:
            return text_of_class(walk, object);
        case Class::Kind::module:
            return walk.texts.of(pointer_at(object + md_name));
        default:
            return 0;
    }
}

uint32_t Matcher::name_for(Address target) noexcept {
    const size_t count = labels_.size(), from = count <= all_searched ? 0 : next_;
    const size_t to = count <= all_searched || count - next_ <= window ? count : next_ + window;
    for (size_t i = from; i < to; ++i) {
        if (labels_[i].target != target) continue;
        labels_[i].target = 0;
        next_ = i + 1;
        return labels_[i].name;
    }
    return PROF_PYTHON_UNNAMED;
}

}  // namespace prof::python

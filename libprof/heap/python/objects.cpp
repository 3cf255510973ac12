// SPDX-License-Identifier: MIT
//
// See objects.h.
//
// Side: heap, floor 3 (python).
#include "python/objects.h"

#include <fmt/format.h>
#include <algorithm>

#include "read/words.h"

namespace heapkit::python {

using read::kind_of_name;
using read::value_of_name;

Objects::Objects(const read::Snapshot& snapshot, const read::Python& python, const read::Blocks& blocks,
                 const read::Words& words)
    : snapshot_(&snapshot), python_(python), blocks_(blocks) {
    if (!any()) return;
    for (const prof_python_type& type : python_.types)
        is_builtin_.push_back(snapshot.string(type.module) == "builtins");
    find_objects();
    find_dicts_and_closures();
    find_parts(words);
}

Objects Objects::of(const read::Snapshot& snapshot, const read::Blocks& blocks, const read::Words& words) {
    const auto python = snapshot.python();
    return python && python->has_objects() ? Objects(snapshot, *python, blocks, words) : Objects();
}

bool Objects::is_of(uint32_t object, std::string_view type) const {
    const uint32_t row = python_.objects[object].type;
    return is_builtin_[row] && snapshot_->string(python_.types[row].name) == type;
}

void Objects::find_objects() {
    object_in_.assign(blocks_.count(), none);
    for (uint32_t object = 0; object < python_.objects.size(); ++object)
        if (const uint32_t block = python_.objects[object].block; block != none) object_in_[block] = object;
}

// A dict is its instance's alone unless somebody asked for vars(instance): then both are seen.
void Objects::find_dicts_and_closures() {
    folded_into_.assign(python_.objects.size(), none);
    closure_of_.assign(python_.objects.size(), none);
    std::vector<uint32_t> referrers(python_.objects.size());
    for (const prof_python_reference& reference : python_.references) ++referrers[reference.to];
    for (uint32_t object = 0; object < python_.objects.size(); ++object) {
        const bool may_have_dict = !is_of(object, "module") && !is_of(object, "type");
        for (const prof_python_reference& reference : python_.references_of(object)) {
            if (kind_of_name(reference.name) != PROF_PYTHON_ATTRIBUTE || referrers[reference.to] != 1) continue;
            const std::string_view name = snapshot_->string(value_of_name(reference.name));
            const bool is_dict = may_have_dict && name == "__dict__" && is_of(reference.to, "dict");
            const bool is_closure = name == "__closure__" && is_of(reference.to, "tuple");
            if (is_closure) closure_of_[object] = reference.to;
            if (is_dict || is_closure) folded_into_[reference.to] = object;
        }
    }
}

// Objects of classes of C keep what they like. One of Python's keeps the values of its attributes in front (3.11), and
// has the items or the table of the list or dict that it is.
bool Objects::is_storage_at(uint32_t object, uint64_t offset_bytes) const noexcept {
    constexpr uint64_t items_of_list = 24, keys_of_dict = 32, values_of_dict = 40;
    const uint32_t flags = python_.types[python_.objects[object].type].flags;
    const uint64_t header = header_bytes(object);
    if ((flags & PROF_PYTHON_IS_STATIC) != 0 || offset_bytes < header) return true;
    const uint64_t at = offset_bytes - header;
    return ((flags & PROF_PYTHON_IS_LIST) != 0 && at == items_of_list) ||
           ((flags & PROF_PYTHON_IS_DICT) != 0 && (at == keys_of_dict || at == values_of_dict));
}

// First whoever is pointed to by objects, then by parts, and so on: a deque's elements are a chain of blocks. What two
// point to, a table of keys that instances share, belongs to nobody.
void Objects::find_parts(const read::Words& words) {
    constexpr uint32_t several = none - 1;
    std::vector<uint32_t> claimed_by(blocks_.count(), none);
    std::vector<uint32_t> found;
    const auto claim = [&](BlockId from, uint32_t owner, bool is_part) {
        for (const read::Word& word : words_of(words, from)) {
            if (word.kind != read::WordKind::block || object_in_[word.block.index()] != none) continue;
            if (!is_part && !is_storage_at(owner, word.offset_bytes)) continue;
            uint32_t& claimant = claimed_by[word.block.index()];
            if (claimant == none) found.push_back(word.block.value);
            if (claimant != owner) claimant = claimant == none ? owner : several;
        }
    };
    for (uint32_t object = 0; object < python_.objects.size(); ++object)
        if (const uint32_t block = python_.objects[object].block; block != none) claim(BlockId(block), object, false);
    for (size_t next = 0; next < found.size(); ++next)
        if (const uint32_t owner = claimed_by[found[next]]; owner != several) claim(BlockId(found[next]), owner, true);
    part_of_ = std::move(claimed_by);
    std::ranges::replace(part_of_, several, none);
}

uint32_t Objects::whole_of(uint32_t object) const noexcept {
    const uint32_t whole = folded_into_[object];
    return whole != none && python_.objects[whole].block != none ? whole : object;
}

BlockId Objects::whole_of(BlockId block) const noexcept {
    uint32_t object = object_in_[block.index()];
    if (object == none) object = part_of_[block.index()];
    if (object == none) return block;
    return BlockId(python_.objects[whole_of(object)].block);
}

std::string Objects::type_name(uint32_t type) const { return std::string(snapshot_->string(python_.types[type].name)); }

std::string Objects::part_name(uint32_t type) const {
    const uint32_t flags = python_.types[type].flags;
    if ((flags & PROF_PYTHON_IS_LIST) != 0) return type_name(type) + " items";
    if ((flags & PROF_PYTHON_IS_DICT) != 0) return type_name(type) + " table";
    return type_name(type) + ((flags & PROF_PYTHON_IS_STATIC) != 0 ? " storage" : " attributes");
}

std::string Objects::full_type_name(uint32_t type) const {
    return is_builtin_[type] ? type_name(type)
                             : fmt::format("{}.{}", snapshot_->string(python_.types[type].module), type_name(type));
}

bool Objects::is_function(uint32_t object) const noexcept { return is_of(object, "function"); }

uint32_t Objects::source_of(uint32_t reference) const noexcept {
    const auto& objects = python_.objects;
    const auto source = std::upper_bound(
        objects.begin(), objects.end(), reference,
        [](uint32_t number, const prof_python_object& object) { return number < object.references_end; });
    return source == objects.end() ? none : static_cast<uint32_t>(source - objects.begin());
}

uint32_t Objects::root_of(uint32_t reference) const noexcept {
    const auto& roots = python_.roots;
    const auto root =
        std::upper_bound(roots.begin(), roots.end(), reference,
                         [](uint32_t number, const prof_python_root& one) { return number < one.references_end; });
    return root == roots.end() ? none : static_cast<uint32_t>(root - roots.begin());
}

std::string Objects::label(uint32_t reference) const {
    const uint32_t name = python_.references[reference].name, value = value_of_name(name);
    const auto text = [&] { return std::string(snapshot_->string(value)); };
    switch (kind_of_name(name)) {
        case PROF_PYTHON_ATTRIBUTE:
        case PROF_PYTHON_VARIABLE:
            return text();
        case PROF_PYTHON_KEY: {
            const uint32_t source = source_of(reference);
            if (source != none && whole_of(source) != source && value != 0) return text();
            return value == 0 ? "[…]" : fmt::format("['{}']", text());
        }
        case PROF_PYTHON_NUMBER:
        case PROF_PYTHON_INDEX:
            return fmt::format("[{}]", value);
        case PROF_PYTHON_CELL:
            return "closure cell " + text();
        case PROF_PYTHON_KEY_ITSELF:
            return "a key";
        default:
            return "";
    }
}

uint64_t Objects::label_key(uint32_t reference) const noexcept {
    const uint32_t name = python_.references[reference].name, kind = kind_of_name(name);
    const bool has_own_name = kind == PROF_PYTHON_ATTRIBUTE || kind == PROF_PYTHON_CELL || kind == PROF_PYTHON_VARIABLE;
    const uint32_t source = source_of(reference);
    const bool is_attribute = kind == PROF_PYTHON_KEY && source != none && whole_of(source) != source;
    const uint64_t of_class = source == none ? uint64_t{1} << 31 | root_of(reference) : python_.objects[source].type;
    constexpr uint64_t of_python = uint64_t{1} << 63;
    return of_python | of_class << 32 | (has_own_name || is_attribute ? name : kind);
}

std::string Objects::root_name(uint32_t root) const {
    const prof_python_root& one = python_.roots[root];
    const std::string name(snapshot_->string(one.name));
    return one.kind == PROF_PYTHON_FRAME ? name + "()" : name;
}

std::string Objects::root_kind(uint32_t root) const {
    const prof_python_root& one = python_.roots[root];
    if (one.kind == PROF_PYTHON_MODULE) return "module";
    if (one.kind != PROF_PYTHON_FRAME) return "the interpreter's own";
    const std::string_view file = snapshot_->string(one.file);
    std::string text = fmt::format("runs {}:{}", file.substr(file.rfind('/') + 1), one.line);
    if (one.thread != none) {
        const prof_thread& thread = snapshot_->threads()[one.thread];
        if ((thread.flags & PROF_THREAD_MAIN) == 0) text += fmt::format(" in {} (tid {})", thread.name, thread.tid);
    }
    return text;
}

}  // namespace heapkit::python

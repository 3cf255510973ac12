// SPDX-License-Identifier: MIT
//
// See named_pointers.h.
//
// Side: heap, floor 4 (types).
#include "types/named_pointers.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

#include "symbols/type_name.h"
#include "types/name_parts.h"

namespace heapkit::types {
namespace {

using namespace std::string_view_literals;
using symbols::DebugTypeId;
using symbols::template_arguments_of;
using symbols::without_template_arguments;

constexpr uint64_t word_bytes = 8;

// Where in a block the pointers lie.
enum class Where : uint8_t {
    nowhere,
    at_while_used,  // at a fixed offset, while the use count in the second word is not 0
    at,             // at a fixed offset
    at_end,         // in the last element, which fills the block's end
    in_last_two,    // in the last word, or before a hash code
    everywhere,     // one in each element
};

struct Pointers {
    Where where = Where::nowhere;
    uint32_t at_bytes = 0;
    uint32_t stride_bytes = word_bytes;  // of an element, which begins with the pointer
    TypeId to;
    TypeId tree = {};  // the map or set whose node it is
};

struct Pointee {
    std::string_view name;  // "" for what is no pointer to a class
    uint32_t stride_bytes = word_bytes;
};

std::string plain_name(std::string_view name) { return without_inline_namespaces(without_template_arguments(name)); }

// Pointers to numbers, text, functions, pointers and void say nothing.
bool is_class_name(std::string_view name) {
    static constexpr std::array builtin = {"void"sv,   "bool"sv,  "char"sv,    "short"sv,   "int"sv,
                                           "long"sv,   "float"sv, "double"sv,  "wchar_t"sv, "unsigned"sv,
                                           "signed"sv, "auto"sv,  "decltype"sv};
    const std::string_view word = name.substr(0, name.find_first_of(" <(["));
    return !name.empty() && std::ranges::find(builtin, word) == builtin.end() && !word.empty() &&
           !name.ends_with('*') && !name.ends_with(']') && !name.ends_with(')') && !name.ends_with('&') &&
           !word.starts_with("char8_t") && !word.starts_with("char16_t") && !word.starts_with("char32_t");
}

// "Token const*" → "Token"; std::unique_ptr<T>, std::shared_ptr<T> → "T".
Pointee pointee_of(std::string_view element) {
    if (element.ends_with(" const")) element.remove_suffix(6);
    if (element.ends_with('*')) {
        element.remove_suffix(1);
        while (element.ends_with(" const") || element.ends_with(' '))
            element.remove_suffix(element.ends_with(' ') ? 1 : 6);
        return {is_class_name(element) ? element : ""sv};
    }
    const std::string plain = plain_name(element);
    const auto arguments = template_arguments_of(element);
    if (arguments.empty() || !is_class_name(arguments[0])) return {};
    const bool is_plain_unique =
        plain == "std::unique_ptr" && arguments.size() == 2 && plain_name(arguments[1]) == "std::default_delete";
    if (is_plain_unique) return {arguments[0]};
    if (plain == "std::shared_ptr") return {arguments[0], 2 * word_bytes};
    return {};
}

// The pointer of a shared_ptr's control block lies behind the vtable pointer, the counts, and a deleter that is no
// empty class.
Pointers in_control_block(std::string_view full_name, TypeTable& types) {
    const std::string plain = plain_name(full_name);
    const auto arguments = template_arguments_of(full_name);
    const bool is_plain = plain == "std::_Sp_counted_ptr", has_deleter = plain == "std::_Sp_counted_deleter";
    if ((!is_plain && !has_deleter) || arguments.size() < 2) return {};
    const Pointee to = pointee_of(arguments[0]);
    if (to.name.empty()) return {};
    const bool is_default = is_plain || plain_name(arguments[1]) == "std::default_delete";
    const bool is_function = has_deleter && arguments[1].find("(*)") != std::string_view::npos;
    if (!is_default && !is_function) return {};
    if (has_deleter && arguments[1].ends_with("[]>")) return {};
    const uint32_t at_bytes = is_function ? 24 : 16;
    return {.where = Where::at_while_used, .at_bytes = at_bytes, .to = types.object(to.name, {})};
}

struct StorageRow {
    std::string_view container, role;
    size_t argument;  // of the container: what holds the pointer
    Where where;
    uint32_t at_bytes;
};
constexpr StorageRow storage_rows[] = {
    {"std::vector", "buffer", 0, Where::everywhere, 0},
    {"std::deque", "chunk", 0, Where::everywhere, 0},
    {"std::list", "node", 0, Where::at, 16},
    {"std::forward_list", "node", 0, Where::at, 8},
    {"std::set", "node", 0, Where::at, 32},
    {"std::multiset", "node", 0, Where::at, 32},
    {"std::map", "node", 1, Where::at_end, 0},
    {"std::multimap", "node", 1, Where::at_end, 0},
    {"std::unordered_set", "node", 0, Where::at, 8},
    {"std::unordered_multiset", "node", 0, Where::at, 8},
    {"std::unordered_map", "node", 1, Where::in_last_two, 0},
    {"std::unordered_multimap", "node", 1, Where::in_last_two, 0},
};

Pointers elements_in(std::string_view container, std::string_view role, TypeTable& types) {
    const std::string plain = plain_name(container);
    const auto row = std::ranges::find_if(
        storage_rows, [&](const StorageRow& each) { return each.container == plain && each.role == role; });
    const auto arguments = template_arguments_of(container);
    if (row == std::end(storage_rows) || arguments.size() <= row->argument) return {};
    const Pointee to = pointee_of(arguments[row->argument]);
    if (to.name.empty()) return {};
    // The word in front of the last could be the key.
    if (row->where == Where::in_last_two && !pointee_of(arguments[0]).name.empty()) return {};
    if (row->where == Where::in_last_two && to.stride_bytes != word_bytes) return {};
    return {row->where, row->at_bytes, to.stride_bytes, types.object(to.name, {})};
}

Pointers in_storage(std::string_view full_name, TypeTable& types) {
    const size_t space = full_name.rfind(' ');
    if (space == std::string_view::npos || full_name.find("__1::") != std::string_view::npos) return {};
    const std::string_view container = full_name.substr(0, space), role = full_name.substr(space + 1);
    Pointers pointers = elements_in(container, role, types);
    static constexpr std::array trees = {"std::map"sv, "std::set"sv, "std::multimap"sv, "std::multiset"sv};
    if (role == "node" && std::ranges::find(trees, plain_name(container)) != trees.end())
        pointers.tree = types.object(container, {});
    return pointers;
}

class Follower {
   public:
    explicit Follower(const NamedPointersInput& input) : input_(input) {}

    void follow(BlockId block, TypeId type, Evidence evidence) {
        if (type.index() >= pointers_.size()) pointers_.resize(type.index() + 1);
        if (!pointers_[type.index()].is_known) {
            const Pointers found = pointers_of(type);  // may add types
            pointers_[type.index()] = {found, true};
        }
        const Pointers pointers = pointers_[type.index()].pointers;
        if (pointers.where == Where::nowhere && pointers.tree == unknown_type) return;
        evidence_ = trust_in(evidence) == Trust::certain ? Evidence::field : Evidence::seeded_field;
        const Place start = Memory::start_of(block);
        const uint64_t bytes = input_.memory.area_bytes(start);
        if (pointers.tree != unknown_type) take_tree(start, pointers.tree);
        switch (pointers.where) {
            case Where::at_while_used:
                if (input_.memory.number_at(Memory::moved(start, word_bytes), 4) == 0) return;
                [[fallthrough]];
            case Where::at:
                return take(Memory::moved(start, pointers.at_bytes), pointers.to);
            case Where::at_end:
                return bytes < pointers.stride_bytes
                           ? void()
                           : take(Memory::moved(start, bytes - pointers.stride_bytes), pointers.to);
            case Where::in_last_two:
                for (const uint64_t back : {word_bytes, 2 * word_bytes})
                    if (bytes > back) take(Memory::moved(start, bytes - back), pointers.to);
                return;
            case Where::everywhere:
                for (const read::Word word : input_.memory.words_of(start))
                    if (word.offset_bytes % pointers.stride_bytes == 0)
                        take(Memory::moved(start, word.offset_bytes), pointers.to);
                return;
            case Where::nowhere:
                return;
        }
    }

    std::vector<NamedBlock> surest() {
        std::ranges::sort(found_, [](const NamedBlock& a, const NamedBlock& b) {
            return std::tuple(a.block.value, b.evidence, a.type.value) <
                   std::tuple(b.block.value, a.evidence, b.type.value);
        });
        std::vector<NamedBlock> chosen;
        for (size_t begin = 0, end = 0; begin < found_.size(); begin = end) {
            const NamedBlock& first = found_[begin];
            bool is_agreed = true;
            for (end = begin; end < found_.size() && found_[end].block == first.block; ++end)
                if (found_[end].evidence == first.evidence) is_agreed = is_agreed && found_[end].type == first.type;
            if (is_agreed) chosen.push_back(first);
        }
        return chosen;
    }

   private:
    Pointers pointers_of(TypeId id) const {
        const Type& type = input_.types.at(id);
        if (type.layout != DebugTypeId()) return {};  // its fields have been followed
        const std::string full_name = type.full_name;
        if (type.form == Type::Form::object) return in_control_block(full_name, input_.types);
        return type.form == Type::Form::storage ? in_storage(full_name, input_.types) : Pointers();
    }

    void take(const Place& place, TypeId type) {
        const auto to = input_.memory.pointer_at(place);
        if (!to || to->is_root || to->offset_bytes != 0 || input_.of_block[to->index] != unknown_type) return;
        const DebugTypeId layout = input_.types.at(type).layout;
        if (layout != DebugTypeId() && input_.book.type(layout).size_bytes != input_.memory.area_bytes(*to)) return;
        found_.push_back({BlockId(to->index), type, evidence_});
    }

    // The parent of a tree's root is the header in the container itself, which alone fills a block of its size.
    void take_tree(const Place& node, TypeId type) {
        constexpr uint64_t header_bytes = 8, tree_bytes = 48;
        const auto to = input_.memory.pointer_at(Memory::moved(node, word_bytes));
        const bool is_tree =
            to && !to->is_root && to->offset_bytes == header_bytes && input_.memory.area_bytes(*to) == tree_bytes;
        if (is_tree && input_.of_block[to->index] == unknown_type)
            found_.push_back({BlockId(to->index), type, evidence_});
    }

    const NamedPointersInput& input_;
    struct Known {
        Pointers pointers;
        bool is_known = false;
    };
    std::vector<Known> pointers_;  // by TypeId
    std::vector<NamedBlock> found_;
    Evidence evidence_ = Evidence::none;
};

}  // namespace

std::vector<NamedBlock> blocks_behind_named_pointers(const NamedPointersInput& input) {
    Follower follower(input);
    for (size_t index = 0; index < input.of_block.size(); ++index)
        if (input.of_block[index] != unknown_type)
            follower.follow(BlockId(index), input.of_block[index], input.evidence[index]);
    return follower.surest();
}

}  // namespace heapkit::types

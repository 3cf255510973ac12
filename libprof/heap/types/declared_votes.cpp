// SPDX-License-Identifier: MIT
//
// See declared_votes.h.
//
// Side: heap, floor 4 (types).
#include "types/declared_votes.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "symbols/declared_book.h"
#include "symbols/type_name.h"
#include "types/name_parts.h"

namespace heapkit::types {
namespace {

using namespace std::string_view_literals;
using symbols::DebugTypeId;
using symbols::template_arguments_of;
using symbols::without_template_arguments;

// Nodes by their class, without inline namespaces, and the containers that have them: of pairs, and of single elements.
struct NodeClass {
    std::string_view name, of_pairs, of_elements;
};
constexpr std::array node_classes = {
    NodeClass{"std::_Rb_tree_node", "std::map", "std::set"},
    NodeClass{"std::_List_node", "", "std::list"},
    NodeClass{"std::_Fwd_list_node", "", "std::forward_list"},
    NodeClass{"std::__detail::_Hash_node", "std::unordered_map", "std::unordered_set"},
    NodeClass{"std::__tree_node", "std::map", "std::set"},
    NodeClass{"std::__list_node", "", "std::list"},
    NodeClass{"std::__forward_list_node", "", "std::forward_list"},
    NodeClass{"std::__hash_node", "std::unordered_map", "std::unordered_set"},
};

std::string plain_name(std::string_view name) { return without_inline_namespaces(without_template_arguments(name)); }

// "std::pair<int const, Document>" → "int", "Document"; libc++ has classes of its own for that. Empty: it is none.
std::vector<std::string> key_and_value_in(std::string_view element) {
    const auto arguments = template_arguments_of(element);
    if (arguments.size() != 2) return {};
    const std::string plain = plain_name(element);
    std::string_view key = arguments[0];
    const bool is_own_class = plain == "std::__value_type" || plain == "std::__hash_value_type";
    if (!is_own_class && (plain != "std::pair" || !key.ends_with(" const"))) return {};
    if (!is_own_class) key.remove_suffix(" const"sv.size());
    return {std::string(key), std::string(arguments[1])};
}

// As far as a node tells of its container; "" when it is no node.
std::string container_of_node(std::string_view name) {
    const auto arguments = template_arguments_of(name);
    const auto found = std::ranges::find(node_classes, plain_name(name), &NodeClass::name);
    if (found == node_classes.end() || arguments.empty()) return {};
    const auto pair = key_and_value_in(arguments[0]);
    if (!pair.empty() && !found->of_pairs.empty()) return instance_of(found->of_pairs, pair);
    return instance_of(found->of_elements, {std::string(arguments[0])});
}

bool is_bucket(std::string_view name) {
    if (!name.ends_with('*')) return false;
    name.remove_suffix(1);
    const std::string plain = plain_name(name);
    return plain == "std::__detail::_Hash_node_base" || plain == "std::__hash_node_base";
}

struct StorageName {
    std::string_view container, role;
};
StorageName parts_of(std::string_view full_name) {
    const size_t space = full_name.rfind(' ');
    if (space == std::string_view::npos) return {full_name, {}};
    return {full_name.substr(0, space), full_name.substr(space + 1)};
}

std::string_view element_of(const Type& declared) {
    std::string_view name = declared.full_name;
    if (name.ends_with("[]")) name.remove_suffix(2);
    return name;
}

// "std::multimap<int, Document, std::less<int>, …>" is a "std::map<int, Document>".
bool is_same_container(std::string_view known, std::string_view declared) {
    std::string plain = plain_name(known);
    if (const size_t multi = plain.find("multi"); multi != std::string::npos) plain.erase(multi, "multi"sv.size());
    const auto arguments = template_arguments_of(known), declared_arguments = template_arguments_of(declared);
    return plain == plain_name(declared) && declared_arguments.size() <= arguments.size() &&
           std::equal(declared_arguments.begin(), declared_arguments.end(), arguments.begin());
}

}  // namespace

bool is_storage_of(const Type& storage, const Type& declared) {
    const bool is_storage = storage.form == Type::Form::storage || storage.form == Type::Form::text;
    if (!is_storage || storage.full_name == declared.full_name) return false;
    if (storage.layout != DebugTypeId() && storage.layout == declared.layout) return true;
    const auto [container, role] = parts_of(storage.full_name);
    const auto arguments = template_arguments_of(container);
    if (arguments.empty()) return false;
    const std::string_view element = element_of(declared);
    if (declared.form == Type::Form::storage) {
        const auto [declared_container, declared_role] = parts_of(declared.full_name);
        if (role == "buckets") return declared.full_name == TypeTable::buckets_name;
        return role == declared_role && is_same_container(container, declared_container);
    }
    if (role == "map") return element.ends_with('*') && element.substr(0, element.size() - 1) == arguments[0];
    const bool is_of_bits = arguments[0] == "bool" && element == "unsigned long";
    return role != "node" && role != "buckets" && (element == arguments[0] || is_of_bits);
}

DeclaredVotes::DeclaredVotes(const read::Snapshot& snapshot, const read::Blocks& blocks, const symbols::TypeBook& book,
                             TypeTable& types)
    : snapshot_(snapshot), blocks_(blocks), book_(book), types_(types) {
    const auto declared = snapshot.declared_types();
    if (declared.empty()) return;
    rows_.resize(declared.size());
    for (size_t row = 1; row < rows_.size(); ++row) rows_[row] = row_of(declared[row]);
}

// Of a pointer, too, which has no name of its own.
DebugTypeId DeclaredVotes::type_named(std::string_view name) const {
    if (!name.ends_with('*')) return book_.find(name);
    const DebugTypeId to = type_named(name.substr(0, name.size() - 1));
    return to == DebugTypeId() ? to : book_.pointer_to(to);
}

DeclaredVotes::Row DeclaredVotes::row_of(const prof_declared_type& type) const {
    Row row;
    row.name = symbols::declared_name(snapshot_, type);
    row.declared_bytes = type.bytes;
    if (row.name.empty() || type.bytes == 0) return row;
    const DebugTypeId known = type_named(row.name);
    row.known_bytes = book_.type(known).size_bytes;
    if (known != DebugTypeId() && row.known_bytes != type.bytes) return row;
    row.known_bytes = 0;
    StackVote& vote = row.vote;
    vote.evidence = Evidence::declared;
    vote.size_bytes = type.bytes;
    if (is_bucket(row.name)) {
        vote.one = vote.several = types_.hash_buckets();
    } else if (const std::string container = container_of_node(row.name); !container.empty()) {
        vote.one = types_.storage(container, StorageRole::node, known);
    } else {
        const auto object = [&](TypeTable::ObjectForm form) {
            return known == DebugTypeId() ? types_.object(row.name, form) : types_.object(known, form);
        };
        vote.one = object({});
        vote.several = object({.is_array = true});
        vote.counted = object({.is_array = true, .first_offset_bytes = StackVote::count_bytes});
        // Bytes of a name of the program's own (prof::memory_resource) are no array of anything.
        if (type.bytes == 1 && book_.type(known).kind != symbols::TypeKind::basic) vote.several = vote.one;
    }
    return row;
}

std::vector<DeclaredDoubt> DeclaredVotes::doubts() const {
    if (rows_.empty()) return {};
    std::vector<uint64_t> unlike(rows_.size());
    for (size_t index = 0; index < blocks_.count(); ++index) {
        const BlockId block(index);
        const uint32_t row = snapshot_.tag_of(blocks_.stack_of(block)).type;
        unlike[row] += of(block) == unknown_type ? 1 : 0;
    }
    std::vector<DeclaredDoubt> doubts;
    for (size_t row = 1; row < rows_.size(); ++row) {
        if (unlike[row] == 0 && rows_[row].known_bytes == 0) continue;
        doubts.push_back({rows_[row].name, rows_[row].declared_bytes, rows_[row].known_bytes, unlike[row]});
    }
    return doubts;
}

}  // namespace heapkit::types

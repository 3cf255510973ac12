// SPDX-License-Identifier: MIT
//
// See library_classes.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/library_classes.h"

#include <algorithm>
#include <iterator>

#include "symbols/type_name.h"

namespace heapkit::symbols {
namespace {

using Element = LibraryClass::Element;
using What = LibraryMember::What;

constexpr LibraryMember vector_members[] = {
    {"_M_start", 0, What::pointer}, {"_M_finish", 8, What::pointer}, {"_M_end_of_storage", 16, What::pointer}};
constexpr LibraryMember text_members[] = {{"_M_dataplus._M_p", 0, What::pointer},
                                          {"_M_string_length", 8, What::number}};
constexpr LibraryMember list_members[] = {{"_M_impl._M_node._M_next", 0, What::link},
                                          {"_M_impl._M_node._M_prev", 8, What::link},
                                          {"_M_impl._M_node._M_size", 16, What::number}};
constexpr LibraryMember chain_members[] = {{"_M_impl._M_head._M_next", 0, What::link}};
constexpr LibraryMember tree_members[] = {{"_M_t._M_header._M_color", 8, What::count},
                                          {"_M_t._M_header._M_parent", 16, What::link},
                                          {"_M_t._M_header._M_left", 24, What::link},
                                          {"_M_t._M_header._M_right", 32, What::link},
                                          {"_M_t._M_node_count", 40, What::number}};
constexpr LibraryMember hash_members[] = {{"_M_h._M_buckets", 0, What::link},
                                          {"_M_h._M_bucket_count", 8, What::number},
                                          {"_M_h._M_before_begin._M_nxt", 16, What::link},
                                          {"_M_h._M_element_count", 24, What::number},
                                          {"_M_h._M_single_bucket", 48, What::link}};
constexpr LibraryMember deque_members[] = {
    {"_M_map", 0, What::pointer_pointer},     {"_M_map_size", 8, What::number},
    {"_M_start._M_cur", 16, What::pointer},   {"_M_start._M_first", 24, What::pointer},
    {"_M_start._M_last", 32, What::pointer},  {"_M_start._M_node", 40, What::pointer_pointer},
    {"_M_finish._M_cur", 48, What::pointer},  {"_M_finish._M_first", 56, What::pointer},
    {"_M_finish._M_last", 64, What::pointer}, {"_M_finish._M_node", 72, What::pointer_pointer}};
constexpr LibraryMember unique_members[] = {{"_M_t._M_head_impl", 0, What::pointer}};
constexpr LibraryMember shared_members[] = {{"_M_ptr", 0, What::pointer}, {"_M_refcount._M_pi", 8, What::link}};
constexpr LibraryMember function_members[] = {
    {"_M_functor", 0, What::bytes}, {"_M_manager", 16, What::manager}, {"_M_invoker", 24, What::manager}};
constexpr LibraryMember inplace_members[] = {
    {"_M_use_count", 8, What::count}, {"_M_weak_count", 12, What::count}, {"_M_storage", 16, What::element}};
constexpr LibraryMember tree_node_members[] = {{"_M_color", 0, What::count},
                                               {"_M_parent", 8, What::link},
                                               {"_M_left", 16, What::link},
                                               {"_M_right", 24, What::link},
                                               {"_M_storage", 32, What::element}};
constexpr LibraryMember list_node_members[] = {
    {"_M_next", 0, What::link}, {"_M_prev", 8, What::link}, {"_M_storage", 16, What::element}};
constexpr LibraryMember chain_node_members[] = {{"_M_nxt", 0, What::link}, {"_M_storage", 8, What::element}};

constexpr LibraryClass tree(std::string_view name, Element element) {
    return {name, 48, element, "_M_t", tree_members};
}
constexpr LibraryClass hash(std::string_view name, Element element) {
    return {name, 56, element, "_M_h", hash_members};
}
constexpr LibraryClass classes[] = {
    {"std::vector", 24, Element::first_argument, "", vector_members},
    {"std::__cxx11::basic_string", 32, Element::first_argument, "", text_members},
    {"std::__cxx11::list", 24, Element::first_argument, "", list_members},
    {"std::forward_list", 8, Element::first_argument, "", chain_members},
    {"std::deque", 80, Element::first_argument, "", deque_members},
    tree("std::map", Element::pair_of_arguments),
    tree("std::multimap", Element::pair_of_arguments),
    tree("std::set", Element::first_argument),
    tree("std::multiset", Element::first_argument),
    hash("std::unordered_map", Element::pair_of_arguments),
    hash("std::unordered_multimap", Element::pair_of_arguments),
    hash("std::unordered_set", Element::first_argument),
    hash("std::unordered_multiset", Element::first_argument),
    {"std::unique_ptr", 8, Element::first_argument, "", unique_members},
    {"std::shared_ptr", 16, Element::first_argument, "", shared_members},
    {"std::weak_ptr", 16, Element::first_argument, "", shared_members},
    {"std::function", 32, Element::none, "", function_members},
    {"std::_Sp_counted_ptr_inplace", 0, Element::first_argument, "", inplace_members},
    {"std::_Rb_tree_node", 0, Element::first_argument, "", tree_node_members},
    {"std::_List_node", 0, Element::first_argument, "", list_node_members},
    {"std::_Fwd_list_node", 0, Element::first_argument, "", chain_node_members},
    {"std::__detail::_Hash_node", 0, Element::first_argument, "", chain_node_members},
};

constexpr LibraryNode nodes[] = {
    {"std::_Rb_tree_node", "", 32, 0},           {"std::_List_node", "", 16, 0},
    {"std::_Fwd_list_node", "", 8, 0},           {"std::__detail::_Hash_node", "false", 8, 0},
    {"std::__detail::_Hash_node", "true", 8, 8},
};

}  // namespace

const LibraryClass* library_class(std::string_view canonical_name) {
    if (!canonical_name.starts_with("std::") || !canonical_name.ends_with('>')) return nullptr;
    const auto found = std::ranges::find(classes, without_template_arguments(canonical_name), &LibraryClass::name);
    if (found == std::end(classes)) return nullptr;
    // Bits have iterators of another kind; a deleter may keep something.
    const auto arguments = template_arguments_of(canonical_name);
    if (arguments.empty() || (found->name == "std::vector" && arguments[0] == "bool")) return nullptr;
    if (found->element == Element::pair_of_arguments && arguments.size() < 2) return nullptr;
    return found;
}

const LibraryNode* library_node(std::string_view canonical_name) {
    if (!canonical_name.starts_with("std::") || !canonical_name.ends_with('>')) return nullptr;
    const std::string_view name = without_template_arguments(canonical_name);
    const auto arguments = template_arguments_of(canonical_name);
    const auto found = std::ranges::find_if(nodes, [&](const LibraryNode& node) {
        return node.name == name && !arguments.empty() &&
               (node.last_argument.empty() || node.last_argument == arguments.back());
    });
    return found == std::end(nodes) ? nullptr : found;
}

}  // namespace heapkit::symbols

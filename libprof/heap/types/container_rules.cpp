// SPDX-License-Identifier: MIT
//
// See container_rules.h. The members' names are those of libstdc++ (bits/stl_vector.h, stl_tree.h, hashtable.h, …),
// libc++ (vector, __tree, __hash_table, …) and Boost.Container; where both libraries have a template of one name, the
// first row whose members are all there is taken.
//
// Side: heap, floor 4 (types).
#include "types/container_rules.h"

#include <algorithm>

#include "symbols/type_name.h"
#include "types/member_path.h"
#include "types/name_parts.h"

namespace heapkit::types {

using symbols::DebugTypeId;
using symbols::TypeBook;
using symbols::TypeKind;

namespace {

// ---- libstdc++ -----------------------------------------------------------------------------------------------------

constexpr ContainerRule gnu_vector(std::string_view name) {
    return {.name = name, .shape = Shape::contiguous, .members = {"_M_start", "_M_finish", "_M_end_of_storage"}};
}
constexpr ContainerRule gnu_tree(std::string_view name) {
    return {.name = name,
            .shape = Shape::tree,
            .members = {"_M_header._M_parent", "_M_header", "_M_node_count"},
            .element_of = "_M_t",
            .element_argument = 1,
            .node = "std::_Rb_tree_node",
            .left = 16,
            .right = 24,
            .parent = 8,
            .value = 32};
}
constexpr ContainerRule gnu_hash(std::string_view name) {
    return {.name = name,
            .shape = Shape::hash,
            .members = {"_M_buckets", "_M_before_begin._M_nxt", "_M_element_count", "_M_bucket_count"},
            .element_of = "_M_h",
            .element_argument = 1,
            .node = "std::__detail::_Hash_node",
            .node_arguments = {"true", "false"},
            .value = 8};
}
constexpr ContainerRule gnu_shared(std::string_view name, Shape shape) {
    return {.name = name, .shape = shape, .members = {"_M_ptr", "_M_refcount._M_pi"}};
}
constexpr ContainerRule gnu_callable(std::string_view name, std::string_view functor) {
    return {.name = name, .shape = Shape::callable, .members = {functor, "_M_manager"}};
}

// ---- libc++ --------------------------------------------------------------------------------------------------------

constexpr ContainerRule llvm_tree(std::string_view name) {
    return {.name = name,
            .shape = Shape::tree,
            .members = {"__tree_.__pair1_.__left_", "__tree_.__pair1_", "__tree_.__pair3_"},
            .element_of = "__tree_",
            .element_argument = 0,
            .node = "std::__1::__tree_node",
            .node_arguments = {"void*", ""},
            .left = 0,
            .right = 8,
            .parent = 16,
            .value = 32};
}
constexpr ContainerRule llvm_hash(std::string_view name) {
    return {.name = name,
            .shape = Shape::hash,
            .members = {"__table_.__bucket_list_.__ptr_", "__table_.__p1_.__next_", "__table_.__p2_",
                        "__table_.__bucket_list_.__data_"},
            .element_of = "__table_",
            .element_argument = 0,
            .node = "std::__1::__hash_node",
            .node_arguments = {"void*", ""},
            .value = 16};
}
constexpr ContainerRule llvm_shared(std::string_view name, Shape shape) {
    return {.name = name, .shape = shape, .members = {"__ptr_", "__cntrl_"}};
}

// ---- Boost ---------------------------------------------------------------------------------------------------------

constexpr ContainerRule boost_vector(std::string_view name) {
    return {.name = name,
            .shape = Shape::counted,
            .members = {"m_holder.m_start", "m_holder.m_size", "m_holder.m_capacity"}};
}
constexpr ContainerRule boost_flat(std::string_view name) {
    ContainerRule rule = boost_vector(name);
    rule.element_of = "m_seq";
    return rule;
}

constexpr ContainerRule rules[] = {
    {.name = "std::vector<bool",
     .shape = Shape::bits,
     .members = {"_M_start._M_p", "_M_finish._M_p", "_M_end_of_storage"}},
    {.name = "std::vector<bool", .shape = Shape::counted_bits, .members = {"__begin_", "__size_", "__cap_alloc_"}},
    gnu_vector("std::vector"),
    {.name = "std::vector", .shape = Shape::contiguous, .members = {"__begin_", "__end_", "__end_cap_"}},
    {.name = "std::deque", .shape = Shape::deque, .members = {"_M_map", "_M_start", "_M_finish", "_M_map_size"}},
    {.name = "std::deque",
     .shape = Shape::blocks,
     .members = {"__map_.__begin_", "__map_.__end_", "__start_", "__size_"}},
    {.name = "std::list",
     .shape = Shape::list,
     .members = {"_M_impl._M_node", "_M_impl._M_node._M_size"},
     .node = "std::_List_node",
     .value = 16},
    // Before C++11, a list did not know how long it was, and strings shared their text: it lies behind its own length.
    {.name = "std::list", .shape = Shape::list, .members = {"_M_impl._M_node"}, .node = "std::_List_node", .value = 16},
    {.name = "std::list",
     .shape = Shape::list,
     .members = {"__end_", "__size_alloc_"},
     .node = "std::__1::__list_node",
     .node_arguments = {"void*", ""},
     .next = 8,
     .value = 16},
    {.name = "std::forward_list",
     .shape = Shape::chain,
     .members = {"_M_impl._M_head._M_next"},
     .node = "std::_Fwd_list_node",
     .value = 8},
    {.name = "std::forward_list",
     .shape = Shape::chain,
     .members = {"__before_begin_.__next_"},
     .node = "std::__1::__forward_list_node",
     .node_arguments = {"void*", ""},
     .value = 8},
    gnu_tree("std::map"),
    gnu_tree("std::set"),
    gnu_tree("std::multimap"),
    gnu_tree("std::multiset"),
    llvm_tree("std::map"),
    llvm_tree("std::set"),
    llvm_tree("std::multimap"),
    llvm_tree("std::multiset"),
    gnu_hash("std::unordered_map"),
    gnu_hash("std::unordered_set"),
    gnu_hash("std::unordered_multimap"),
    gnu_hash("std::unordered_multiset"),
    llvm_hash("std::unordered_map"),
    llvm_hash("std::unordered_set"),
    llvm_hash("std::unordered_multimap"),
    llvm_hash("std::unordered_multiset"),
    {.name = "std::basic_string", .shape = Shape::text, .members = {"_M_dataplus._M_p", "_M_string_length"}},
    {.name = "std::basic_string", .shape = Shape::text, .members = {"__l.__data_", "__l.__size_"}},
    {.name = "std::basic_string", .shape = Shape::pointer, .members = {"_M_dataplus._M_p"}},
    {.name = "std::unique_ptr", .shape = Shape::pointer, .members = {"_M_t._M_head_impl"}},
    {.name = "std::unique_ptr", .shape = Shape::pointer, .members = {"__ptr_.__value_"}},
    {.name = "std::unique_ptr", .shape = Shape::pointer, .members = {"__ptr_"}},
    gnu_shared("std::shared_ptr", Shape::shared),
    gnu_shared("std::__shared_ptr", Shape::shared),
    gnu_shared("std::weak_ptr", Shape::weak),
    gnu_shared("std::__weak_ptr", Shape::weak),
    llvm_shared("std::shared_ptr", Shape::shared),
    llvm_shared("std::weak_ptr", Shape::weak),
    {.name = "std::optional", .shape = Shape::optional, .members = {"_M_payload._M_value", "_M_payload._M_engaged"}},
    {.name = "std::optional", .shape = Shape::optional, .members = {"__val_", "__engaged_"}},
    {.name = "std::variant", .shape = Shape::variant, .members = {"_M_u", "_M_index"}},
    {.name = "std::variant", .shape = Shape::variant, .members = {"__data", "__index"}},
    gnu_callable("std::function", "_M_functor"),
    gnu_callable("std::any", "_M_storage"),
    {.name = "std::any", .shape = Shape::callable, .members = {"__s", "__h"}},
    {.name = "std::move_only_function", .shape = Shape::callable, .members = {"_M_storage", "_M_manage"}},
    {.name = "std::_Sp_counted_ptr", .shape = Shape::pointer, .members = {"_M_ptr"}},
    {.name = "std::_Sp_counted_deleter", .shape = Shape::pointer, .members = {"_M_impl._M_ptr"}},
    {.name = "std::__shared_ptr_pointer", .shape = Shape::pointer, .members = {"__data_.__value_"}},
    {.name = "std::_Sp_counted_ptr_inplace", .shape = Shape::emplaced, .members = {"_M_storage", "_M_use_count"}},
    {.name = "std::__shared_ptr_emplace", .shape = Shape::emplaced, .members = {"__storage_", "__shared_owners_"}},
    {.name = "__gnu_cxx::__aligned_membuf", .shape = Shape::transparent},
    {.name = "__gnu_cxx::__aligned_buffer", .shape = Shape::transparent},
    boost_vector("boost::container::vector"),
    boost_vector("boost::container::small_vector"),
    boost_flat("boost::container::flat_map"),
    boost_flat("boost::container::flat_set"),
    boost_flat("boost::container::flat_multimap"),
    boost_flat("boost::container::flat_multiset"),
    {.name = "boost::shared_ptr", .shape = Shape::shared, .members = {"px", "pn.pi_"}},
    {.name = "boost::weak_ptr", .shape = Shape::weak, .members = {"px", "pn.pi_"}},
    {.name = "boost::intrusive_ptr", .shape = Shape::pointer, .members = {"px"}},
    {.name = "boost::scoped_ptr", .shape = Shape::pointer, .members = {"px"}},
    {.name = "boost::detail::sp_counted_impl_p", .shape = Shape::pointer, .members = {"px_"}},
};

// What all nodes of a kind of container have in common, without inline namespaces and template arguments.
constexpr std::string_view link_classes[] = {
    "std::_Rb_tree_node_base",  "std::__detail::_List_node_base", "std::__detail::_List_node_header",
    "std::_Fwd_list_node_base", "std::__detail::_Hash_node_base", "std::__tree_end_node",
    "std::__tree_node_base",    "std::__list_node_base",          "std::__hash_node_base",
    "std::__forward_begin_node"};

bool matches(const ContainerRule& rule, std::string_view full_name) {
    if (rule.name.find('<') == std::string_view::npos)
        return symbols::without_template_arguments(full_name) == rule.name;
    if (!full_name.starts_with(rule.name)) return false;
    const char behind = full_name.size() > rule.name.size() ? full_name[rule.name.size()] : '>';
    return behind == ',' || behind == '>' || behind == ' ';
}

DebugTypeId argument_of(const TypeBook& book, DebugTypeId type, size_t index) {
    const auto arguments = book.arguments(type);
    return index < arguments.size() && !arguments[index].is_value ? arguments[index].type : DebugTypeId();
}

bool find_members(const TypeBook& book, ContainerClass& container) {
    for (size_t index = 0; index < container.at.size(); ++index) {
        const std::string_view path = container.rule->members[index];
        if (path.empty()) continue;
        const auto found = find_member(book, container.type, path);
        if (!found) return false;
        container.at[index] = {found->offset_bytes, found->type, book.type(found->type).size_bytes};
    }
    return true;
}

DebugTypeId element_of(const TypeBook& book, const ContainerClass& container) {
    const ContainerRule& rule = *container.rule;
    if (rule.element_of.empty()) return argument_of(book, container.type, rule.element_argument);
    const auto holder = find_member(book, container.type, rule.element_of);
    return holder ? argument_of(book, holder->type, rule.element_argument) : DebugTypeId();
}

// Where the element lies in a node: behind the links, as far as its alignment wants.
uint64_t value_in(const TypeBook& book, DebugTypeId node, uint64_t by_abi) {
    for (const std::string_view name : {"_M_storage", "_M_value_field", "_M_data", "__value_"})
        if (const auto value = find_member(book, node, name)) return value->offset_bytes;
    return by_abi;
}

void find_nodes(const TypeBook& book, ContainerClass& container) {
    const ContainerRule& rule = *container.rule;
    if (rule.node.empty()) return;
    for (const std::string_view argument : rule.node_arguments) {
        std::vector<std::string> arguments = {book.name(container.element)};
        if (!argument.empty()) arguments.emplace_back(argument);
        const DebugTypeId node = book.find(instance_of(rule.node, arguments));
        if (node == DebugTypeId()) continue;
        const bool is_known = !container.nodes.empty() && container.nodes.back().type == node;
        if (!is_known) container.nodes.push_back({node, book.type(node).size_bytes, value_in(book, node, rule.value)});
    }
}

}  // namespace

std::span<const ContainerRule> container_rules() noexcept { return rules; }

ContainerClasses::ContainerClasses(const TypeBook& book) : book_(book) {}

const ContainerClass* ContainerClasses::of(DebugTypeId type) const {
    if (book_.type(type).kind != TypeKind::structure) return nullptr;
    const auto [known, is_new] = of_type_.try_emplace(type.value);
    if (is_new) known->second = resolve(type);
    return known->second.get();
}

bool ContainerClasses::is_link(DebugTypeId type) const {
    if (book_.type(type).kind != TypeKind::structure) return false;
    const auto [known, is_new] = is_link_.try_emplace(type.value);
    if (is_new) {
        const std::string name = book_.name(type);
        const std::string plain = without_inline_namespaces(symbols::without_template_arguments(name));
        known->second = std::ranges::find(link_classes, plain) != std::end(link_classes);
    }
    return known->second;
}

std::unique_ptr<ContainerClass> ContainerClasses::resolve(DebugTypeId type) const {
    const std::string name = without_inline_namespaces(book_.name(type));
    for (const ContainerRule& rule : rules) {
        if (!matches(rule, name)) continue;
        auto container = std::make_unique<ContainerClass>();
        container->rule = &rule;
        container->type = type;
        if (!find_members(book_, *container)) continue;
        container->element = element_of(book_, *container);
        container->element_bytes = book_.type(container->element).size_bytes;
        find_nodes(book_, *container);
        if (rule.shape == Shape::variant)
            for (const symbols::TemplateArgument& argument : book_.arguments(type))
                container->alternatives.push_back(argument.type);
        return container;
    }
    return nullptr;
}

}  // namespace heapkit::types

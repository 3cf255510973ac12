// SPDX-License-Identifier: MIT
//
// See frame_kinds.h. The tables below are all that is known of the names inside libstdc++ and libc++.
//
// Side: heap, floor 4 (types).
#include "types/frame_kinds.h"

#include <algorithm>
#include <array>
#include <vector>

#include "symbols/short_name.h"
#include "symbols/type_name.h"
#include "types/name_parts.h"

namespace heapkit::types {
namespace {

using namespace std::string_view_literals;
using symbols::template_arguments_of;
using symbols::without_template_arguments;

// Scopes are taken off one by one, which is quadratic; and a program may call its functions what it likes.
constexpr size_t longest_function = 32 * 1024;

constexpr std::array allocation_functions = {
    "malloc"sv,        "calloc"sv,   "realloc"sv,        "reallocarray"sv,
    "aligned_alloc"sv, "memalign"sv, "posix_memalign"sv, "prof_block_allocated"sv};
// Whole names, without template arguments and inline namespaces.
constexpr std::array allocation_wrappers = {"std::__libcpp_allocate"sv, "std::__libcpp_operator_new"sv,
                                            "std::pmr::memory_resource::allocate"sv,
                                            "std::pmr::(anonymous namespace)::newdel_res_t::do_allocate"sv};

// Classes whose `allocate` is told what it allocates by their template argument, or by that of their argument.
constexpr std::array traits = {"std::allocator_traits"sv, "__gnu_cxx::__alloc_traits"sv, "std::__alloctr_rebind"sv};

// Functions that make one object of their class's or own first template argument.
constexpr std::array makers = {"std::_Function_base::_Base_manager"sv, "std::any::_Manager_external"sv,
                               "std::make_unique"sv};

enum Family : uint8_t { vector = 1, bits, deque, list, chain, tree, hash, text };

enum class Spelling : uint8_t {
    itself,   // programs name it
    vector_,  // <T, A>: std::vector<T, A>, and so on
    bits_,
    deque_,
    list_,
    chain_,
    tree_,    // <K, V, KeyOfValue, Compare, A>: std::map or std::set
    hash_,    // <K, V, A, ExtractKey, Equal, Hash, …>: std::unordered_map or …_set
    unnamed,  // does not say which container
};

struct ContainerName {
    std::string_view name;  // of the template, without inline namespaces
    Family family;
    Spelling spelling;
    StorageRole usual;
};
constexpr ContainerName container_names[] = {
    {"std::vector", vector, Spelling::itself, StorageRole::buffer},
    {"std::_Vector_base", vector, Spelling::vector_, StorageRole::buffer},
    {"std::__vector_base", vector, Spelling::vector_, StorageRole::buffer},
    {"std::__split_buffer", vector, Spelling::unnamed, StorageRole::buffer},
    {"std::_Bvector_base", bits, Spelling::bits_, StorageRole::buffer},
    {"std::deque", deque, Spelling::itself, StorageRole::chunk},
    {"std::_Deque_base", deque, Spelling::deque_, StorageRole::chunk},
    {"std::list", list, Spelling::itself, StorageRole::node},
    {"std::_List_base", list, Spelling::list_, StorageRole::node},
    {"std::__list_imp", list, Spelling::unnamed, StorageRole::node},
    {"std::forward_list", chain, Spelling::itself, StorageRole::node},
    {"std::_Fwd_list_base", chain, Spelling::chain_, StorageRole::node},
    {"std::map", tree, Spelling::itself, StorageRole::node},
    {"std::set", tree, Spelling::itself, StorageRole::node},
    {"std::multimap", tree, Spelling::itself, StorageRole::node},
    {"std::multiset", tree, Spelling::itself, StorageRole::node},
    {"std::_Rb_tree", tree, Spelling::tree_, StorageRole::node},
    {"std::__tree", tree, Spelling::unnamed, StorageRole::node},
    {"std::unordered_map", hash, Spelling::itself, StorageRole::node},
    {"std::unordered_set", hash, Spelling::itself, StorageRole::node},
    {"std::unordered_multimap", hash, Spelling::itself, StorageRole::node},
    {"std::unordered_multiset", hash, Spelling::itself, StorageRole::node},
    {"std::_Hashtable", hash, Spelling::hash_, StorageRole::node},
    {"std::__detail::_Map_base", hash, Spelling::unnamed, StorageRole::node},
    {"std::__detail::_Insert", hash, Spelling::unnamed, StorageRole::node},
    {"std::__detail::_Insert_base", hash, Spelling::unnamed, StorageRole::node},
    {"std::__detail::_Hashtable_alloc", hash, Spelling::unnamed, StorageRole::node},
    {"std::__detail::_AllocNode", hash, Spelling::unnamed, StorageRole::node},
    {"std::__detail::_ReuseOrAllocNode", hash, Spelling::unnamed, StorageRole::node},
    {"std::__detail::_NodeBuilder", hash, Spelling::unnamed, StorageRole::node},
    {"std::__hash_table", hash, Spelling::unnamed, StorageRole::node},
    {"std::basic_string", text, Spelling::itself, StorageRole::text},
};

// Functions that allocate something else than their container usually does.
struct TellingFunction {
    std::string_view name;  // its beginning
    StorageRole storage;
};
constexpr TellingFunction telling_functions[] = {
    {"_M_allocate_buckets", StorageRole::buckets},
    {"_M_rehash", StorageRole::buckets},
    {"_M_insert_unique_node", StorageRole::buckets},
    {"_M_insert_multi_node", StorageRole::buckets},
    {"__rehash", StorageRole::buckets},
    {"__do_rehash", StorageRole::buckets},
    {"_M_allocate_map", StorageRole::buckets},
    {"_M_reallocate_map", StorageRole::buckets},
};

std::string text_of(std::string_view view) { return std::string(view); }

// The container that programs name, from the innards that they do not: canonical, as the type book spells it.
std::string spelled(Spelling spelling, std::string_view scope, std::string_view function) {
    const auto arguments = template_arguments_of(scope);
    const auto of_two = [&](std::string_view name) {
        return arguments.size() < 2 ? std::string() : instance_of(name, {text_of(arguments[0]), text_of(arguments[1])});
    };
    switch (spelling) {
        case Spelling::itself:
            return text_of(scope);
        case Spelling::vector_:
            return of_two("std::vector");
        case Spelling::bits_:
            return arguments.empty() ? std::string() : instance_of("std::vector", {"bool", text_of(arguments[0])});
        case Spelling::deque_:
            return of_two("std::deque");
        case Spelling::list_:
            return of_two("std::__cxx11::list");
        case Spelling::chain_:
            return of_two("std::forward_list");
        case Spelling::tree_: {
            if (arguments.size() < 5) return {};
            const auto pair = template_arguments_of(arguments[1]);
            const bool is_map = arguments[2].starts_with("std::_Select1st<") && pair.size() == 2;
            const bool is_multi = function.find("_equal") != std::string_view::npos;  // _M_insert_equal, …
            if (is_map)
                return instance_of(
                    is_multi ? "std::multimap" : "std::map",
                    {text_of(arguments[0]), text_of(pair[1]), text_of(arguments[3]), text_of(arguments[4])});
            return instance_of(is_multi ? "std::multiset" : "std::set",
                               {text_of(arguments[0]), text_of(arguments[3]), text_of(arguments[4])});
        }
        case Spelling::hash_: {
            if (arguments.size() < 6) return {};
            const auto pair = template_arguments_of(arguments[1]);
            const bool is_map = arguments[3] == "std::__detail::_Select1st" && pair.size() == 2;
            const auto hash_traits = template_arguments_of(arguments.back());  // keeps hashes, constant, unique keys
            const bool is_multi = hash_traits.size() == 3 && hash_traits[2] == "false";
            const std::string key = text_of(arguments[0]), hash = text_of(arguments[5]), equal = text_of(arguments[4]);
            if (is_map)
                return instance_of(is_multi ? "std::unordered_multimap" : "std::unordered_map",
                                   {key, text_of(pair[1]), hash, equal, text_of(arguments[2])});
            return instance_of(is_multi ? "std::unordered_multiset" : "std::unordered_set",
                               {key, hash, equal, text_of(arguments[2])});
        }
        case Spelling::unnamed:
            return {};
    }
    return {};
}

// "std::_Rb_tree<…>::_Alloc_node" → "std::_Rb_tree<…>": what is nested in a container belongs to it.
std::string_view outermost_template(std::string_view scope) {
    const size_t open = scope.find('<');
    if (open == std::string_view::npos || scope.ends_with('>')) return scope;
    std::string_view outer = scope;
    while (!outer.empty() && !outer.ends_with('>')) outer = parts_of_function(outer).scope;
    return outer.empty() ? scope : outer;
}

// The string that shared its text, before C++11, has a word of its own in linkage names.
std::string without_abbreviation(std::string_view scope) {
    constexpr std::string_view shared = "std::string";
    const bool is_shared =
        scope.starts_with(shared) && (scope == shared || scope.substr(shared.size()).starts_with("::"));
    if (!is_shared) return text_of(scope);
    const std::vector<std::string> arguments = {"char", "std::char_traits<char>", "std::allocator<char>"};
    return instance_of("std::basic_string", arguments).append(scope.substr(shared.size()));
}

bool is_allocation(std::string_view plain) {
    if (plain == "operator new" || plain == "operator new[]" || std::ranges::count(allocation_functions, plain) != 0)
        return true;
    return std::ranges::count(allocation_wrappers, plain) != 0;
}

FrameKind container_kind(const ContainerName& container, std::string_view scope, std::string_view function) {
    FrameKind kind;
    kind.role = FrameKind::Role::container;
    kind.name = spelled(container.spelling, scope, function);
    kind.is_public = container.spelling == Spelling::itself;
    kind.usual_storage = container.usual;
    kind.family = container.family;
    for (const TellingFunction& telling : telling_functions)
        if (function.starts_with(telling.name)) kind.storage = telling.storage;
    return kind;
}

// T of an allocator, or of the allocator that traits or guards are about.
std::string allocated_by(std::string_view scope_or_function) {
    const auto arguments = template_arguments_of(scope_or_function);
    if (arguments.empty()) return {};
    const std::string plain = without_inline_namespaces(without_template_arguments(scope_or_function));
    const bool is_about_another = std::ranges::count(traits, plain) != 0 || plain == "std::__allocate_guarded";
    if (!is_about_another) return text_of(arguments[0]);
    const auto inner = template_arguments_of(arguments[0]);
    return inner.empty() ? std::string() : text_of(inner[0]);
}

}  // namespace

FrameKind kind_of_frame(std::string_view full) {
    if (full.size() > longest_function) return {};
    const std::string_view qualified = symbols::qualified_function(full);
    FrameKind kind;
    const std::string plain = without_inline_namespaces(without_template_arguments(qualified));
    if (is_allocation(plain)) {
        kind.role = FrameKind::Role::allocation;
        kind.is_array = plain == "operator new[]";
        kind.is_new = std::ranges::count(allocation_functions, plain) == 0;
        return kind;
    }
    const auto [scope, function] = parts_of_function(qualified);
    const std::string_view own_name = without_template_arguments(function);
    if (own_name == "allocate" || plain == "std::__allocate_guarded" || own_name == "_S_allocate") {
        kind.name = allocated_by(plain == "std::__allocate_guarded" ? qualified : scope);
        if (!kind.name.empty()) kind.role = FrameKind::Role::allocator;
        return kind;
    }
    const std::string plain_scope = without_inline_namespaces(without_template_arguments(scope));
    const bool is_maker = std::ranges::count(makers, plain_scope) != 0,
               is_free_maker = std::ranges::count(makers, plain) != 0;
    if (is_maker || is_free_maker) {
        const auto arguments = template_arguments_of(is_maker ? scope : qualified);
        if (arguments.empty() || arguments[0].ends_with(']')) return kind;
        kind.role = FrameKind::Role::maker;
        kind.name = text_of(arguments[0]);
        return kind;
    }
    const std::string full_scope = without_abbreviation(scope);
    const std::string_view outer = outermost_template(full_scope);
    const std::string outer_plain = without_inline_namespaces(without_template_arguments(outer));
    for (const ContainerName& container : container_names)
        if (outer_plain == container.name && outer.ends_with('>')) return container_kind(container, outer, function);
    return kind;
}

}  // namespace heapkit::types

// SPDX-License-Identifier: MIT
//
// See type_names.h.
//
// Side: heap, floor 4 (types).
#include "types/type_names.h"

#include "symbols/short_name.h"
#include "symbols/type_name.h"
#include "types/name_parts.h"

namespace heapkit::types {
namespace {

using namespace std::string_view_literals;
using symbols::template_arguments_of;
using symbols::without_template_arguments;

// A space that is there for a function's parameters: "int (int)", not "int (*)(int)" nor "a, (anonymous namespace)::B".
bool is_before_parameters(std::string_view text) {
    return text.starts_with(" (") && !text.starts_with(" (*") && !text.starts_with(" (anonymous namespace)");
}

// "std::vector<std::function<int (int)>>" → "vector<function<int(int)>>": what is understood in the name of a storage.
std::string without_std(std::string_view text) {
    constexpr std::string_view prefix = "std::";
    std::string out;
    for (size_t at = 0; at < text.size();) {
        const bool is_start = at == 0 || "<(, *&:"sv.find(text[at - 1]) != std::string_view::npos;
        if (is_start && text.substr(at).starts_with(prefix) && !out.ends_with("::"))
            at += prefix.size();
        else if (is_before_parameters(text.substr(at)))
            ++at;
        else
            out += text[at++];
    }
    return out;
}

std::string without_pointer(std::string_view type) {
    while (type.ends_with('*') || type.ends_with(' ')) type.remove_suffix(1);
    return std::string(type);
}

// "main::{lambda(int)#2}", "main::$_1": the compiler's names of closures. "" when it is none.
std::string closure_name(std::string_view full_name) {
    constexpr std::string_view by_book = "lambda in ";
    if (full_name.starts_with(by_book)) return "λ in " + symbols::short_type(full_name.substr(by_book.size()));
    const auto [scope, own] = parts_of_function(full_name);
    const bool is_gnu = own.starts_with("{lambda(") && own.ends_with('}');
    const bool is_clang = own.starts_with("$_") || own.starts_with("'lambda");
    const bool is_by_dwarf = own.starts_with("<lambda(") && own.ends_with('>');
    if (!is_gnu && !is_clang && !is_by_dwarf) return {};
    const size_t hash = own.rfind('#');
    const std::string_view number =
        is_gnu && hash != std::string_view::npos ? own.substr(hash + 1, own.size() - hash - 2) : "1"sv;
    const std::string place = scope.empty() ? std::string() : " in " + symbols::short_type(scope);
    return "λ" + (number == "1" ? std::string() : " #" + std::string(number)) + place;
}

struct Wrapper {
    std::string_view name;  // of the template, without inline namespaces
    std::string_view before, behind;
    bool is_pointer;  // the argument is a pointer to what is meant
};
constexpr Wrapper wrappers[] = {
    {"std::_Sp_counted_ptr_inplace", "", "", false},
    {"std::__shared_ptr_emplace", "", "", false},
    {"std::_Sp_counted_ptr", "shared_ptr<", "> control block", true},
    {"std::_Sp_counted_deleter", "shared_ptr<", "> control block", true},
    {"std::__shared_ptr_pointer", "shared_ptr<", "> control block", true},
    {"std::thread::_State_impl", "thread running ", "", false},
    {"std::__future_base::_Task_state", "packaged task ", "", false},
    {"std::__future_base::_Deferred_state", "deferred ", "", false},
    {"std::__future_base::_Async_state_impl", "async ", "", false},
    {"std::__function::__func", "", "", false},
};

// std::thread::_Invoker<std::tuple<F, arguments…> > → F; of a method that a thread runs its class.
std::string_view invoked(std::string_view type) {
    for (const std::string_view each : {"std::thread::_Invoker"sv, "std::tuple"sv}) {
        const auto arguments = template_arguments_of(type);
        if (without_template_arguments(type) == each && !arguments.empty()) type = arguments[0];
    }
    constexpr std::string_view async_method = "void (std::__future_base::_Async_state_impl<", to_method = "::*)()";
    if (type.starts_with(async_method) && type.ends_with(to_method))
        type = type.substr(6, type.size() - 6 - to_method.size());
    return type;
}

constexpr int deepest_wrapper = 8;  // in each other

ObjectName object_name_at(std::string_view full_name, int depth) {
    if (std::string closure = closure_name(full_name); !closure.empty()) return {std::move(closure), true};
    if (full_name.starts_with("std::")) {
        const std::string plain = without_inline_namespaces(without_template_arguments(full_name));
        for (const Wrapper& wrapper : wrappers) {
            if (plain != wrapper.name || depth == deepest_wrapper) continue;
            const auto arguments = template_arguments_of(full_name);
            if (arguments.empty()) break;
            const std::string_view first = invoked(arguments[0]);
            const ObjectName inner =
                object_name_at(wrapper.is_pointer ? without_pointer(first) : std::string(first), depth + 1);
            return {std::string(wrapper.before) + inner.name + std::string(wrapper.behind), inner.is_closure};
        }
    }
    return {symbols::short_type(full_name), false};
}

}  // namespace

ObjectName object_name(std::string_view full_name) { return object_name_at(full_name, 0); }

std::string storage_name(std::string_view container_full_name, StorageRole role) {
    const std::string container = without_std(symbols::short_type(container_full_name));
    switch (role) {
        case StorageRole::none:
            return container;
        case StorageRole::buffer:
            return container + " buffer";
        case StorageRole::node:
            return container + " node";
        case StorageRole::buckets:
            return container + (container.starts_with("deque<") ? " map" : " buckets");
        case StorageRole::chunk:
            return container + " chunk";
        case StorageRole::text:
            return container + " text";
    }
    return container;
}

}  // namespace heapkit::types

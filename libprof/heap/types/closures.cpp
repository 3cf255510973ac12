// SPDX-License-Identifier: MIT
//
// See closures.h. Managers are those of libstdc++ (bits/std_function.h, any, bits/mofunc_impl.h) and libc++'s of any.
// Its functions keep a pointer to an object with a vtable instead, which needs no rule.
//
// Side: heap, floor 4 (types).
#include "types/closures.h"

#include <array>

#include "symbols/short_name.h"
#include "symbols/type_name.h"
#include "types/name_parts.h"

namespace heapkit::types {

using symbols::DebugTypeId;
using symbols::template_arguments_of;
using symbols::without_template_arguments;

namespace {

constexpr uint64_t local_bytes = 16;  // std::_Any_data

// Classes of managers, whether the object's class is their last template argument, otherwise their first, and where it
// lies: std::any has a manager for either place.
struct ManagerClass {
    std::string_view name;
    bool is_last = false;
    ClosureStorage storage = ClosureStorage::inside_if_trivial;
};
constexpr std::array manager_classes = {
    ManagerClass{.name = "std::_Function_handler", .is_last = true},
    ManagerClass{.name = "std::_Function_base::_Base_manager"},
    ManagerClass{.name = "std::any::_Manager_external", .storage = ClosureStorage::outside},
    ManagerClass{.name = "std::any::_Manager_internal", .storage = ClosureStorage::inside},
    ManagerClass{.name = "std::__any_imp::_LargeHandler", .storage = ClosureStorage::outside},
    ManagerClass{.name = "std::__any_imp::_SmallHandler", .storage = ClosureStorage::inside}};
constexpr std::string_view move_only_manager = "std::_Mofunc_base";

bool is_manager_class(std::string_view scope, const ManagerClass& manager) {
    return without_inline_namespaces(without_template_arguments(scope)) == manager.name;
}

}  // namespace

std::string managed_class(std::string_view manager) {
    const auto [scope, function] = parts_of_function(symbols::qualified_function(manager));
    if (without_template_arguments(function) == "_S_manage" && scope == move_only_manager) {
        const auto arguments = template_arguments_of(function);
        return arguments.empty() ? std::string() : std::string(arguments[0]);
    }
    for (const ManagerClass& each : manager_classes) {
        if (!is_manager_class(scope, each)) continue;
        const auto arguments = template_arguments_of(scope);
        if (arguments.empty()) return {};
        return std::string(each.is_last ? arguments.back() : arguments.front());
    }
    return {};
}

// A lambda is found in the book by its manager alone: symbols call it otherwise.
void Closures::read_manager(const symbols::FunctionFacts& manager, Managed& managed) const {
    const std::string scope = book_.name(manager.of_class);
    if (scope == move_only_manager) {
        managed.type = manager.argument;
        managed.storage = ClosureStorage::inside_if_small;
        return;
    }
    const auto arguments = book_.arguments(manager.of_class);
    for (const ManagerClass& each : manager_classes) {
        if (arguments.empty() || !is_manager_class(scope, each)) continue;
        managed.type = (each.is_last ? arguments.back() : arguments.front()).type;
        managed.storage = each.storage;
    }
}

const Closures::Managed& Closures::managed_by(uint64_t manager) {
    const auto [known, is_new] = of_manager_.try_emplace(manager);
    if (!is_new) return known->second;
    Managed& managed = known->second;
    managed.full_name = managed_class(frames_.symbol_at(manager));
    if (const symbols::FunctionFacts* facts = book_.function_at(manager)) read_manager(*facts, managed);
    if (managed.type == DebugTypeId() && !managed.full_name.empty()) managed.type = book_.find(managed.full_name);
    if (managed.type != DebugTypeId()) managed.full_name = book_.name(managed.type);
    return managed;
}

bool Closures::is_inside(const Managed& managed) const {
    const bool fits = book_.type(managed.type).size_bytes <= local_bytes;
    switch (managed.storage) {
        case ClosureStorage::inside:
            return true;
        case ClosureStorage::outside:
            return false;
        case ClosureStorage::inside_if_small:
            return fits;
        case ClosureStorage::inside_if_trivial:
            return fits && is_trivial(managed.type);
    }
    return false;
}

// Debug information does not say what is trivially copyable: containers, smart pointers, tuples and pairs are not.
bool Closures::is_trivial(DebugTypeId type) const {
    const std::string name = book_.name(type);
    if (name.starts_with("std::tuple<") || name.starts_with("std::pair<")) return false;
    for (const symbols::Member& member : book_.members(type)) {
        if (layouts_.classes().of(member.type) != nullptr) return false;
        if (book_.type(member.type).kind == symbols::TypeKind::structure && !is_trivial(member.type)) return false;
    }
    return true;
}

std::optional<Closures::Held> Closures::held_by(const ContainerClass& holder, const Place& place) {
    const auto manager = memory_.word_at(Memory::moved(place, holder.at[1].offset_bytes));
    if (!manager || manager->kind != read::WordKind::module) return std::nullopt;
    const Managed& managed = managed_by(manager->value);
    const uint64_t size = book_.type(managed.type).size_bytes;
    if (managed.type == DebugTypeId() || size == 0) return std::nullopt;
    const Place functor = Memory::moved(place, holder.at[0].offset_bytes);
    if (is_inside(managed)) return Held{managed.type, managed.full_name, functor, false};
    const auto there = memory_.pointer_at(functor);
    if (!there || there->is_root || there->offset_bytes != 0 || memory_.area_bytes(*there) != size) return std::nullopt;
    return Held{managed.type, managed.full_name, *there, true};
}

}  // namespace heapkit::types

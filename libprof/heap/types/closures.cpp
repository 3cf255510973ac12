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

using namespace std::string_view_literals;

constexpr uint64_t local_bytes = 16;  // std::_Any_data

// Classes of managers, and whether the object's class is their last template argument; otherwise their first.
struct ManagerClass {
    std::string_view name;
    bool is_last;
};
constexpr std::array manager_classes = {
    ManagerClass{"std::_Function_handler"sv, true},         ManagerClass{"std::_Function_base::_Base_manager"sv, false},
    ManagerClass{"std::any::_Manager_external"sv, false},   ManagerClass{"std::any::_Manager_internal"sv, false},
    ManagerClass{"std::__any_imp::_LargeHandler"sv, false}, ManagerClass{"std::__any_imp::_SmallHandler"sv, false}};

bool is_manager_class(std::string_view scope, const ManagerClass& manager) {
    return without_inline_namespaces(without_template_arguments(scope)) == manager.name;
}

}  // namespace

std::string managed_class(std::string_view manager) {
    const auto [scope, function] = parts_of_function(symbols::qualified_function(manager));
    if (without_template_arguments(function) == "_S_manage" && scope == "std::_Mofunc_base") {
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

const Closures::Managed& Closures::managed_by(uint64_t manager) {
    const auto [known, is_new] = of_manager_.try_emplace(manager);
    if (!is_new) return known->second;
    Managed& managed = known->second;
    managed.full_name = managed_class(frames_.symbol_at(manager));
    if (const symbols::FunctionFacts* facts = book_.function_at(manager)) {
        const auto arguments = book_.arguments(facts->of_class);
        if (!arguments.empty()) {
            const std::string scope = book_.name(facts->of_class);
            for (const ManagerClass& each : manager_classes)
                if (is_manager_class(scope, each))
                    managed.type = (each.is_last ? arguments.back() : arguments.front()).type;
        }
    }
    if (managed.type == DebugTypeId() && !managed.full_name.empty()) managed.type = book_.find(managed.full_name);
    if (managed.type != DebugTypeId()) managed.full_name = book_.name(managed.type);
    return managed;
}

// libstdc++ keeps what is trivially copyable and fits where the pointer would be. Debug information does not say what
// is trivially copyable: containers and smart pointers are not.
bool Closures::is_stored_locally(DebugTypeId type) const {
    if (book_.type(type).size_bytes > local_bytes) return false;
    for (const symbols::Member& member : book_.members(type)) {
        if (layouts_.classes().of(member.type) != nullptr) return false;
        if (book_.type(member.type).kind == symbols::TypeKind::structure && !is_stored_locally(member.type))
            return false;
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
    if (is_stored_locally(managed.type)) return Held{managed.type, managed.full_name, functor, false};
    const auto there = memory_.pointer_at(functor);
    if (!there || there->is_root || there->offset_bytes != 0 || memory_.area_bytes(*there) != size) return std::nullopt;
    return Held{managed.type, managed.full_name, *there, true};
}

}  // namespace heapkit::types

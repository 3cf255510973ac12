// SPDX-License-Identifier: MIT
//
// ClosureKinds: by type.
//
// Side: heap, floor 7 (analyze).
#include "analyze/closure_kinds.h"

#include <fmt/format.h>
#include <string_view>

#include "analyze/vertex_text.h"
#include "types/type_names.h"

namespace heapkit::analyze {
namespace {

using symbols::DebugTypeId;
using types::Type;

constexpr std::string_view lambda = "λ";
constexpr size_t most_classes = 64;  // that are looked into for a lambda

bool is_bind(std::string_view full_name) {
    return full_name.starts_with("std::_Bind") || full_name.starts_with("std::__1::__bind");
}

// The first lambda among what a class consists of: the function in a thread's state.
DebugTypeId lambda_within(const symbols::TypeBook& book, DebugTypeId of) {
    std::vector<DebugTypeId> classes = {of};
    for (size_t at = 0; at < classes.size() && at < most_classes; ++at) {
        if (book.type(classes[at]).is_closure) return classes[at];
        for (const symbols::Member& member : book.members(classes[at]))
            if (book.type(member.type).kind == symbols::TypeKind::structure) classes.push_back(member.type);
    }
    return {};
}

}  // namespace

ClosureKinds::ClosureKinds(const Heap& heap)
    : heap_(heap), sites_(heap.snapshot(), heap.frames()), known_(heap.types().count(), Known::not_yet) {}

const ClosureKinds::Kind* ClosureKinds::of(BlockId block) {
    const types::TypeId id = heap_.types().of(block);
    switch (know(id)) {
        case Known::closure:
            return &of_type_.at(id.value);
        case Known::bind:
            return by_site(block, "std::bind", heap_.types().type(id).full_name);
        case Known::coroutine:
            return by_site(block, "coroutine", heap_.types().type(id).full_name);
        case Known::not_yet:
        case Known::other:
            break;
    }
    return nullptr;
}

const ClosureKinds::Kind* ClosureKinds::of(const types::InnerClosure& closure) {
    const auto [entry, is_new] = of_inner_.try_emplace(closure.type.value);
    if (is_new) {
        const std::string full_name = heap_.type_book().name(closure.type);
        const types::ObjectName name = types::object_name(full_name);
        if (name.is_closure || is_bind(full_name)) entry->second = {bare_name(name.name), full_name};
    }
    return entry->second ? &*entry->second : nullptr;
}

ClosureKinds::Known ClosureKinds::know(types::TypeId id) {
    Known& known = known_[id.index()];
    if (known != Known::not_yet) return known;
    const Type& type = heap_.types().type(id);
    known = Known::other;
    if (type.form != Type::Form::object && type.form != Type::Form::label) return known;
    if (is_bind(type.full_name)) return known = Known::bind;
    if (type.full_name.starts_with("coroutine ")) return known = Known::coroutine;
    if (type.is_closure) {
        of_type_[id.value] = {name_with_line(type), type.full_name};
        known = Known::closure;
    }
    return known;
}

// "thread running λ in main server.cpp:41": of a template's argument RTTI says no line, its own class does.
std::string ClosureKinds::name_with_line(const Type& type) const {
    const size_t begin = type.name.find(lambda);
    const DebugTypeId within = lambda_within(heap_.type_book(), type.layout);
    if (begin == std::string::npos || within == DebugTypeId()) return bare_name(type.name);
    return bare_name(type.name.substr(0, begin) + types::object_name(heap_.type_book().name(within)).name);
}

const ClosureKinds::Kind* ClosureKinds::by_site(BlockId block, const char* what, const std::string& type) {
    const StackId stack = heap_.blocks().stack_of(block);
    const auto [entry, is_new] = of_stack_.try_emplace({stack.value, type});
    if (is_new) {
        const auto site = sites_.site_of(stack);
        entry->second = {fmt::format("{} {}", what, site ? bare_name(sites_.text_of(*site)) : "somewhere"), type};
    }
    return &entry->second;
}

}  // namespace heapkit::analyze

// SPDX-License-Identifier: MIT
//
// ClosureKinds: by type, and of coroutines by their first two words.
//
// Side: heap, floor 7 (analyze).
#include "analyze/closure_kinds.h"

#include <fmt/format.h>
#include <string_view>

#include "analyze/vertex_text.h"
#include "read/words.h"

namespace heapkit::analyze {
namespace {

using types::Type;

bool is_bind(std::string_view full_name) {
    return full_name.starts_with("std::_Bind") || full_name.starts_with("std::__1::__bind");
}

bool has_clone(std::string_view symbol, std::string_view clone) {
    return symbol.find(std::string("[clone .").append(clone)) != std::string_view::npos ||
           symbol.ends_with(std::string(".").append(clone));
}

}  // namespace

ClosureKinds::ClosureKinds(const Heap& heap)
    : heap_(heap), sites_(heap.snapshot(), heap.frames()), known_(heap.types().count(), Known::not_yet) {}

const ClosureKinds::Kind* ClosureKinds::of(BlockId block) {
    const types::TypeId id = heap_.types().of(block);
    const Type& type = heap_.types().type(id);
    switch (know(id)) {
        case Known::closure:
            return &of_type_.at(id.value);
        case Known::bind:
            return by_site(block, "std::bind", type.full_name);
        default:
            break;
    }
    if (type.form == Type::Form::storage || type.form == Type::Form::text || !is_coroutine(block)) return nullptr;
    return by_site(block, "coroutine", "");
}

ClosureKinds::Known ClosureKinds::know(types::TypeId id) {
    Known& known = known_[id.index()];
    if (known != Known::not_yet) return known;
    const Type& type = heap_.types().type(id);
    known = Known::other;
    if (type.form != Type::Form::object && type.form != Type::Form::label) return known;
    if (is_bind(type.full_name)) return known = Known::bind;
    if (type.is_closure) {
        of_type_[id.value] = {bare_name(type.name), type.full_name};
        known = Known::closure;
    }
    return known;
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

bool ClosureKinds::is_coroutine(BlockId block) {
    const auto words = heap_.words();
    if (!words || heap_.blocks().size_bytes(block) < 2 * sizeof(uint64_t)) return false;
    const read::WordRange range = words_of(*words, block);
    auto word = range.begin();
    if (word == range.end() || (*word).offset_bytes != 0 || (*word).kind != read::WordKind::module) return false;
    const uint64_t resume = (*word).value;
    if (++word == range.end() || (*word).offset_bytes != sizeof(uint64_t)) return false;
    return (*word).kind == read::WordKind::module && are_of_a_coroutine(resume, (*word).value);
}

bool ClosureKinds::are_of_a_coroutine(uint64_t resume, uint64_t destroy) {
    const auto [known, is_new] = is_resume_.try_emplace(resume);
    if (is_new) {
        const std::string resumes = heap_.frames().symbol_at(resume), destroys = heap_.frames().symbol_at(destroy);
        known->second = (has_clone(resumes, "actor") || has_clone(resumes, "resume")) && has_clone(destroys, "destroy");
    }
    return known->second;
}

}  // namespace heapkit::analyze

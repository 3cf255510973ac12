// SPDX-License-Identifier: MIT
//
// See coroutine_frames.h.
//
// Side: heap, floor 4 (types).
#include "types/coroutine_frames.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "symbols/demangle.h"
#include "symbols/short_name.h"

namespace heapkit::types {
namespace {

using symbols::DebugTypeId;

constexpr std::string_view gnu_frame = ".Frame";
constexpr std::string_view clang_frame = "__coro_frame_ty";

// The text before "[clone .resume]", or before ".resume" of a name that is not demangled. "" without that ending.
std::string_view without_clone(std::string_view symbol, std::string_view clone) {
    const std::string in_brackets = std::string(" [clone .").append(clone).append("]");
    if (symbol.ends_with(in_brackets)) return symbol.substr(0, symbol.size() - in_brackets.size());
    const std::string plain = std::string(".").append(clone);
    return symbol.ends_with(plain) ? symbol.substr(0, symbol.size() - plain.size()) : std::string_view();
}

bool are_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// GCC numbers what a coroutine declares by the block and in it: "local_1_2".
std::string_view without_numbers(std::string_view name) {
    std::string_view left = name;
    for (int part = 0; part < 2; ++part) {
        const size_t line = left.rfind('_');
        if (line == std::string_view::npos || line == 0 || !are_digits(left.substr(line + 1))) return name;
        left = left.substr(0, line);
    }
    return left;
}

bool is_word(const read::Words& words, uint64_t entry, uint64_t index, uint32_t kind) {
    return words.slot[entry] == (static_cast<uint32_t>(index) << PROF_WORD_KIND_BITS | kind);
}

}  // namespace

ResumeFunction resume_function(std::string_view symbol) {
    if (const std::string_view actor = without_clone(symbol, "actor"); !actor.empty()) {
        // "f(f()::_Z1fv.Frame*)": the parameter's class has the function's linkage name.
        const size_t end = actor.rfind(gnu_frame), begin = actor.rfind("::_Z", end);
        if (end == std::string_view::npos || begin == std::string_view::npos) return {std::string(actor), ""};
        const std::string_view linkage = actor.substr(begin + 2, end - begin - 2);
        return {symbols::demangle(linkage), std::string(linkage).append(gnu_frame)};
    }
    return {std::string(without_clone(symbol, "resume")), ""};
}

bool is_destroy_function(std::string_view symbol) { return !without_clone(symbol, "destroy").empty(); }

bool is_coroutine_frame(std::string_view class_name) {
    const size_t scope = class_name.rfind("::");
    const std::string_view own = scope == std::string_view::npos ? class_name : class_name.substr(scope + 2);
    return own == clang_frame || (own.starts_with("_Z") && own.ends_with(gnu_frame));
}

std::string coroutine_member(std::string_view path) {
    const size_t dot = std::min(path.find('.'), path.size());
    const std::string_view first = path.substr(0, dot), rest = path.substr(dot);
    const std::string_view name = without_numbers(first);
    const bool is_numbered = name.size() < first.size();
    if (first == "_Coro_promise" || first == "__promise") return std::string("promise").append(rest);
    if (is_numbered && name.starts_with("Aw") && are_digits(name.substr(2))) return std::string("awaited").append(rest);
    return std::string(name).append(rest);
}

// Classes are looked through once, and only in programs that have coroutines.
DebugTypeId CoroutineFrames::class_of(std::string_view frame_class, std::string_view function) {
    if (!has_classes_) {
        has_classes_ = true;
        for (size_t index = 1; index < book_.count(); ++index) {
            const DebugTypeId type(index);
            if (book_.type(type).kind != symbols::TypeKind::structure || book_.type(type).size_bytes == 0) continue;
            std::string name = book_.name(type);
            if (!is_coroutine_frame(name)) continue;
            if (name.ends_with(gnu_frame)) name = name.substr(name.rfind("_Z"));
            classes_.try_emplace(std::move(name), type);
        }
    }
    const std::string name =
        frame_class.empty() ? std::string(function).append("::").append(clang_frame) : std::string(frame_class);
    const auto found = classes_.find(name);
    return found == classes_.end() ? DebugTypeId() : found->second;
}

CoroutineFrames::Coroutine CoroutineFrames::coroutine_of(uint64_t resume, uint64_t destroy) {
    const auto [known, is_new] = of_resume_.try_emplace(resume);
    if (!is_new) return known->second;
    const ResumeFunction found = resume_function(frames_.symbol_at(resume));
    if (found.function.empty() || !is_destroy_function(frames_.symbol_at(destroy))) return known->second;
    Coroutine& coroutine = known->second;
    coroutine.plain = types_.coroutine(found.function, DebugTypeId());
    const DebugTypeId type = class_of(found.frame_class, found.function);
    if (type == DebugTypeId()) return coroutine;
    coroutine.with_layout = types_.coroutine(found.function, type);
    coroutine.size_bytes = book_.type(type).size_bytes;
    return coroutine;
}

TypeId CoroutineFrames::of(BlockId block) {
    const uint64_t begin = block.index() == 0 ? 0 : words_.block_end[block.index() - 1];
    if (begin + 1 >= words_.block_end[block.index()]) return unknown_type;
    if (!is_word(words_, begin, 0, PROF_WORD_MODULE) || !is_word(words_, begin + 1, 1, PROF_WORD_MODULE))
        return unknown_type;
    const Coroutine found = coroutine_of(words_.targets[words_.value[begin]], words_.targets[words_.value[begin + 1]]);
    return found.size_bytes != 0 && found.size_bytes == blocks_.size_bytes(block) ? found.with_layout : found.plain;
}

}  // namespace heapkit::types

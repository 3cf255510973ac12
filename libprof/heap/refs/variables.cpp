// SPDX-License-Identifier: MIT
//
// Variables of roots, by their addresses.
//
// Side: heap, floor 5 (refs).
#include "refs/variables.h"

#include <fmt/format.h>
#include <algorithm>

#include "refs/roots.h"
#include "symbols/short_name.h"

namespace heapkit::refs {
namespace {

using symbols::ThreadVariable;

constexpr std::string_view unnamed = "(anonymous namespace)::";
constexpr size_t longest_function = 48;  // with its parameters

// Where the last part of a qualified name begins that has at most `parts` of them; "::" in brackets do not count.
size_t last_parts(std::string_view name, int parts) {
    int depth = 0;
    for (size_t at = name.size(); at > 1; --at) {
        const char c = name[at - 1];
        if (c == '>' || c == ')') ++depth;
        if (c == '<' || c == '(') --depth;
        if (depth == 0 && c == ':' && name[at - 2] == ':') {
            if (--parts == 0) return at;
            --at;
        }
    }
    return 0;
}

// "Server::serve(Request const&)"; without parameters where these are many.
std::string short_function_name(std::string_view function) {
    if (function.size() > longest_function) {
        const std::string brief = symbols::short_function(function);
        return brief.substr(last_parts(brief, 2));
    }
    return std::string(function.substr(last_parts(function, 2)));
}

std::string short_variable_name(std::string_view full) {
    const std::string_view name = full.substr(last_parts(full, 2));
    return std::string(name.starts_with(unnamed) ? name.substr(unnamed.size()) : name);
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::vector<BlockId> blocks_of_storage(const read::Snapshot& snapshot, const read::Blocks& blocks) {
    std::vector<BlockId> storage;
    for (const prof_thread_storage& row : snapshot.thread_storage()) {
        const auto after = std::ranges::upper_bound(blocks.address, row.address);
        if (after == blocks.address.begin()) continue;
        const BlockId block(static_cast<size_t>(after - blocks.address.begin() - 1));
        if (row.address - blocks.address[block.index()] < blocks.size_bytes(block)) storage.push_back(block);
    }
    std::ranges::sort(storage);
    return storage;
}

}  // namespace

Variables::Variables(const read::Snapshot& snapshot, const read::Blocks& blocks, const read::Words& words,
                     const symbols::TypeBook& book, const symbols::ThreadVariables* threads)
    : snapshot_(snapshot), book_(book), threads_(threads), storage_(blocks_of_storage(snapshot, blocks)) {
    for (const prof_root& root : words.roots)
        if (root.kind == PROF_ROOT_TLS) storage_areas_.push_back(&root);
    std::ranges::sort(storage_areas_, {}, &prof_root::address);
}

std::optional<Variable> Variables::at(const prof_root& root, uint64_t offset_bytes) const {
    const uint64_t address = root.address + offset_bytes;
    if (root.kind == PROF_ROOT_GLOBALS) {
        const symbols::Variable* const found = book_.variable_at(address);
        if (found == nullptr) return std::nullopt;
        return Variable{.is = {.global = found},
                        .begin_bytes = static_cast<int64_t>(found->address - root.address),
                        .type = found->type};
    }
    if (threads_ == nullptr) return std::nullopt;
    if (root.kind == PROF_ROOT_REGISTERS) {
        const uint64_t number = offset_bytes / sizeof(uint64_t);
        const ThreadVariable* const found = threads_->in_register(root.owner, number);
        if (found == nullptr) return std::nullopt;
        return Variable{.is = {.of_thread = found},
                        .begin_bytes = static_cast<int64_t>(number * sizeof(uint64_t)),
                        .type = found->type};
    }
    if (root.kind != PROF_ROOT_STACK && root.kind != PROF_ROOT_TLS) return std::nullopt;
    const ThreadVariable* const found = threads_->at(address);
    if (found == nullptr) return std::nullopt;
    return Variable{.is = {.of_thread = found},
                    .begin_bytes = static_cast<int64_t>(found->address - root.address),
                    .type = found->type};
}

Variables::Name Variables::name(const VariableRef& variable) const {
    if (variable.of_thread != nullptr) {
        const std::string_view own = text(variable.of_thread->name);
        if (!is_on_stack(variable))
            return {short_variable_name(own),
                    fmt::format(" of {}", name_of_thread(snapshot_.threads()[variable.of_thread->thread]))};
        return {std::string(own), fmt::format(" in {}", short_function_name(text(variable.of_thread->function)))};
    }
    const std::string_view full = book_.text(variable.global->name);
    if (!variable.global->is_in_function) return {short_variable_name(full), ""};
    const size_t own = last_parts(full, 1);
    const std::string_view function = own < 2 ? "" : full.substr(0, own - 2);
    return {std::string(full.substr(own)), fmt::format(" in {}", function.substr(last_parts(function, 2)))};
}

std::string Variables::full_name(const VariableRef& variable) const {
    if (variable.of_thread == nullptr) return std::string(book_.text(variable.global->name));
    const ThreadVariable& own = *variable.of_thread;
    const prof_thread& thread = snapshot_.threads()[own.thread];
    const std::string who = fmt::format("({}, tid {})", thread.name[0] == '\0' ? "thread" : thread.name, thread.tid);
    if (!is_on_stack(variable)) return fmt::format("thread-local {} {}", text(own.name), who);
    const std::string at = own.line == 0 ? "" : fmt::format(" {}:{}", last_part(text(own.file)), own.line);
    return fmt::format("{} in {}{} {}", text(own.name), text(own.function), at, who);
}

std::string Variables::kind(const VariableRef& variable) {
    if (variable.of_thread != nullptr) {
        const ThreadVariable& own = *variable.of_thread;
        if (!is_on_stack(variable)) return "thread-local";
        const std::string kind = own.kind == ThreadVariable::Kind::parameter ? "argument" : "local";
        const bool is_in_memory = own.in_register == ThreadVariable::no_register;
        return is_in_memory ? kind : fmt::format("{} in {}", kind, name_of_register(own.in_register));
    }
    if (variable.global->is_static_member) return "static member";
    return variable.global->is_in_function ? "static" : "global";
}

std::string Variables::thread(const VariableRef& variable) const {
    return is_on_stack(variable) ? name_of_thread(snapshot_.threads()[variable.of_thread->thread]) : "";
}

std::string_view Variables::file(const VariableRef& variable) const {
    return variable.of_thread != nullptr ? text(variable.of_thread->file) : book_.text(variable.global->file);
}

uint32_t Variables::line(const VariableRef& variable) noexcept {
    return variable.of_thread != nullptr ? variable.of_thread->line : variable.global->line;
}

uint64_t Variables::address(const VariableRef& variable) noexcept {
    return variable.of_thread != nullptr ? variable.of_thread->address : variable.global->address;
}

bool Variables::is_on_stack(const VariableRef& variable) noexcept {
    return variable.of_thread != nullptr && variable.of_thread->kind != ThreadVariable::Kind::storage;
}

uint64_t Variables::key(const VariableRef& variable) noexcept {
    if (variable.of_thread == nullptr) return variable.global->address;
    const ThreadVariable& own = *variable.of_thread;
    return (uint64_t{own.name.value} << 40 ^ uint64_t{own.function.value} << 20 ^ own.line) * 0x9e3779b97f4a7c15;
}

const symbols::RunningFunction* Variables::running_at(const prof_root& root, uint64_t offset_bytes) const {
    if (root.kind != PROF_ROOT_STACK || threads_ == nullptr) return nullptr;
    return threads_->running_at(root.address + offset_bytes);
}

std::string Variables::slot_name(const prof_root& root, uint64_t offset_bytes) const {
    const symbols::RunningFunction* const found = running_at(root, offset_bytes);
    const std::string_view function = found == nullptr ? "" : text(found->function);
    if (function.empty()) return "";
    // It is there for as long as the program's call takes, or is a register that the program wants back.
    if (found->is_recorder) return fmt::format("in flight in {}", short_function_name(function));
    return fmt::format("stack slot of {}", short_function_name(function));
}

bool Variables::is_recorders(const prof_root& root, uint64_t offset_bytes) const {
    const symbols::RunningFunction* const found = running_at(root, offset_bytes);
    return found != nullptr && found->is_recorder;
}

bool Variables::is_storage(BlockId block) const { return std::ranges::binary_search(storage_, block); }

bool Variables::is_storage(const prof_root& root, uint64_t offset_bytes) const {
    if (root.kind != PROF_ROOT_MAPPING) return false;
    const uint64_t address = root.address + offset_bytes;
    const auto after = std::ranges::upper_bound(storage_areas_, address, {}, &prof_root::address);
    return after != storage_areas_.begin() && address - (*(after - 1))->address < (*(after - 1))->bytes;
}

}  // namespace heapkit::refs

// SPDX-License-Identifier: MIT
//
// See type_book.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/type_book.h"

#include <algorithm>

#include "symbols/module_types.h"
#include "symbols/type_columns.h"
#include "symbols/type_name.h"

namespace heapkit::symbols {

struct TypeBook::State {
    explicit State(TypeColumns columns_) : columns(std::move(columns_)) {
        for (uint32_t i = 1; i < columns.nominal_end; ++i) {
            const auto [id, is_new] = type_of_name.try_emplace(Texts::hash_of(text_of_name(i)));
            if (is_new || (columns.types[*id].is_declared_only && !columns.types[i].is_declared_only)) *id = i;
        }
        for (size_t i = columns.nominal_end; i < columns.types.size(); ++i) {
            const DebugType& type = columns.types[i];
            const bool is_plain = (columns.marks[i] & (mark_const | mark_volatile)) == 0;
            if (type.kind != TypeKind::pointer) continue;
            const auto [id, is_new] = pointer_of.try_emplace(type.target.value);
            if (is_new || is_plain) *id = static_cast<uint32_t>(i);
        }
        const auto is_thread_local = [](const Variable& variable) { return variable.is_thread_local; };
        const auto first = std::find_if(columns.variables.begin(), columns.variables.end(), is_thread_local);
        global_count = static_cast<size_t>(first - columns.variables.begin());
    }
    std::string_view text_of_name(size_t i) const { return columns.texts.text(columns.type_texts[i].name); }

    TypeColumns columns;
    FlatMap type_of_name;
    FlatMap pointer_of;
    size_t global_count = 0;  // variables before the thread-local ones
};

TypeBook::TypeBook(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
TypeBook::TypeBook(TypeBook&&) noexcept = default;
TypeBook& TypeBook::operator=(TypeBook&&) noexcept = default;
TypeBook::~TypeBook() = default;

TypeBook TypeBook::load(const read::Snapshot& snapshot, const Options& options) {
    return of(load_columns(snapshot, options));
}

TypeBook TypeBook::of(TypeColumns columns) { return TypeBook(std::make_unique<State>(std::move(columns))); }

const TypeColumns& TypeBook::columns() const noexcept { return state_->columns; }
size_t TypeBook::count() const noexcept { return state_->columns.types.size(); }
const DebugType& TypeBook::type(DebugTypeId id) const noexcept { return state_->columns.types[id.index()]; }

std::span<const Member> TypeBook::members(DebugTypeId id) const noexcept {
    const DebugType& type = this->type(id);
    return std::span(state_->columns.members).subspan(type.members_begin, type.members_end - type.members_begin);
}

std::span<const TemplateArgument> TypeBook::arguments(DebugTypeId id) const noexcept {
    const DebugType& type = this->type(id);
    return std::span(state_->columns.arguments)
        .subspan(type.arguments_begin, type.arguments_end - type.arguments_begin);
}

std::string_view TypeBook::text(StringId id) const noexcept { return state_->columns.texts.text(id); }
std::string TypeBook::name(DebugTypeId id) const { return spelled(state_->columns, id); }

std::string_view TypeBook::file(DebugTypeId id) const noexcept {
    return text(state_->columns.type_texts[id.index()].file);
}

DebugTypeId TypeBook::find(std::string_view canonical_name) const {
    const auto exactly = [&](std::string_view name) -> size_t {
        const uint32_t* id = state_->type_of_name.find(Texts::hash_of(name));
        return id != nullptr && state_->text_of_name(*id) == name ? *id : 0;
    };
    size_t id = exactly(canonical_name);
    if (id == 0) id = exactly(canonical_type_name(canonical_name));
    return DebugTypeId(state_->columns.types[id].is_declared_only ? 0 : id);
}

DebugTypeId TypeBook::pointer_to(DebugTypeId id) const noexcept {
    const uint32_t* pointer = state_->pointer_of.find(id.value);
    return DebugTypeId(size_t{pointer != nullptr ? *pointer : 0});
}

bool TypeBook::is_by_program(DebugTypeId id) const noexcept {
    return (state_->columns.marks[id.index()] & mark_by_program) != 0;
}

std::span<const Variable> TypeBook::variables() const noexcept { return state_->columns.variables; }

namespace {

// The last of `variables`, which are of one address space and ascending, that covers `address`.
const Variable* covering(std::span<const Variable> variables, const TypeBook& book, uint64_t address) {
    const auto after =
        std::upper_bound(variables.begin(), variables.end(), address,
                         [](uint64_t value, const Variable& variable) { return value < variable.address; });
    if (after == variables.begin()) return nullptr;
    const Variable& variable = *(after - 1);
    const uint64_t size = std::max<uint64_t>(book.type(variable.type).size_bytes, 1);
    return address - variable.address < size ? &variable : nullptr;
}

}  // namespace

const Variable* TypeBook::variable_at(uint64_t address) const noexcept {
    return covering(variables().first(state_->global_count), *this, address);
}

const Variable* TypeBook::thread_local_at(ModuleId module, uint64_t offset) const noexcept {
    const auto all = variables().subspan(state_->global_count);
    const auto by_module = [](const Variable& variable, ModuleId id) { return variable.module < id; };
    const auto begin = std::lower_bound(all.begin(), all.end(), module, by_module);
    const auto end =
        std::find_if(begin, all.end(), [&](const Variable& variable) { return variable.module != module; });
    return covering({begin, end}, *this, offset);
}

const FunctionFacts* TypeBook::function_at(uint64_t address) const noexcept {
    const auto& addresses = state_->columns.function_addresses;
    const auto at = std::lower_bound(addresses.begin(), addresses.end(), address);
    if (at == addresses.end() || *at != address) return nullptr;
    return &state_->columns.functions[static_cast<size_t>(at - addresses.begin())];
}

}  // namespace heapkit::symbols

// SPDX-License-Identifier: MIT
//
// See layout.h.
//
// Side: heap, floor 4 (types).
//
// Members are walked depth first; classes cannot contain themselves, but damaged debug information can say so, and a
// class may be wide: depth, steps and fields are bounded. What is cut off is only not known.
#include "types/layout.h"

#include <algorithm>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "types/container_rules.h"

namespace heapkit::types {

using symbols::DebugType;
using symbols::DebugTypeId;
using symbols::Member;
using symbols::TypeBook;
using symbols::TypeKind;

namespace {

constexpr size_t most_fields = 16384;
constexpr size_t most_steps = 262144;
constexpr size_t deepest = 40;
constexpr uint32_t longest_flat_array = 32;

// "_M_impl", "__begin_": names that belong to the implementation.
bool is_reserved(std::string_view name) { return name.starts_with("_M_") || name.starts_with("__"); }

// Where in the class that is laid flat the walk is.
struct Here {
    uint64_t offset_bytes = 0;
    std::string path;
    uint32_t guard = 0;
    size_t depth = 0;
    bool is_in_union = false;
};

}  // namespace

struct Layouts::State {
    explicit State(const TypeBook& book_) : book(book_), classes(book_) { guards.emplace_back(); }

    const TypeBook& book;
    const ContainerClasses classes;
    std::unordered_map<uint32_t, std::vector<Field>> fields_of;
    std::deque<std::string> paths;
    std::unordered_map<std::string, uint32_t> id_of_path;
    std::unordered_map<uint32_t, bool> is_library;
    std::vector<Guard> guards;

    bool is_of_library(DebugTypeId type) {
        const auto [known, is_new] = is_library.try_emplace(type.value);
        if (is_new) {
            const std::string name = book.name(type);
            known->second = name.starts_with("std::") || name.starts_with("__gnu_cxx::") || name.starts_with("boost::");
        }
        return known->second;
    }
    uint32_t intern(const std::string& path) {
        const auto [known, is_new] = id_of_path.try_emplace(path, paths.size());
        if (is_new) paths.push_back(path);
        return known->second;
    }
    // The path of a member of a class that lies at `path`.
    std::string path_of(const std::string& path, DebugTypeId of_class, const Member& member) {
        const std::string_view name = book.text(member.name);
        if (name.empty() || member.is_base) return path;
        if (is_reserved(name) && is_of_library(of_class)) return path;
        return path.empty() ? std::string(name) : path + '.' + std::string(name);
    }
    std::string name_of_index(DebugTypeId type) {  // of std::_Tuple's members
        const auto arguments = book.arguments(type);
        const bool is_head =
            !arguments.empty() && arguments[0].is_value && book.name(type).starts_with("std::_Head_base<");
        return is_head ? "get<" + std::to_string(arguments[0].value) + ">" : "";
    }
};

namespace {

class Walk {
   public:
    Walk(Layouts::State& state, std::vector<Field>& fields) : state_(state), book_(state.book), fields_(fields) {}

    void expand(DebugTypeId type, const Here& here) {
        if (here.depth > deepest || ++steps_ > most_steps || fields_.size() >= most_fields) return;
        const DebugType& what = book_.type(type);
        switch (what.kind) {
            case TypeKind::pointer:
            case TypeKind::reference:
                add(Field::Kind::pointer, what.target, here);
                break;
            case TypeKind::array:
                expand_array(what, here);
                break;
            case TypeKind::structure:
                if (const ContainerClass* container = state_.classes.of(type))
                    expand_container(*container, here);
                else
                    expand_members(type, here);
                break;
            case TypeKind::union_:
                expand_members(type, here);
                break;
            default:
                break;
        }
    }

   private:
    Field& add(Field::Kind kind, DebugTypeId type, const Here& here) {
        Field field;
        field.kind = kind;
        field.offset_bytes = here.offset_bytes;
        field.type = type;
        field.path = state_.intern(here.path);
        field.guard = here.guard;
        field.is_in_union = here.is_in_union;
        fields_.push_back(field);
        return fields_.back();
    }

    static Here moved(const Here& here, uint64_t bytes) {
        Here there = here;
        there.offset_bytes += bytes;
        ++there.depth;
        return there;
    }

    void expand_array(const DebugType& array, const Here& here) {
        const uint64_t stride = book_.type(array.target).size_bytes;
        if (stride == 0 || !has_fields(array.target, here)) return;
        if (array.count == 0 || array.count > longest_flat_array) {
            add(Field::Kind::count, array.target, here).elements = array.count;
            return;
        }
        for (uint32_t index = 0; index < array.count; ++index) {
            Here there = moved(here, index * stride);
            there.path += '[' + std::to_string(index) + ']';
            expand(array.target, there);
        }
    }

    bool has_fields(DebugTypeId type, const Here& here) {
        std::vector<Field> found;
        Walk(state_, found).expand(type, {.offset_bytes = 0, .path = {}, .guard = 0, .depth = here.depth + 1});
        return !found.empty();
    }

    void expand_members(DebugTypeId type, const Here& here) {
        const auto members = book_.members(type);
        const bool is_union = book_.type(type).kind == TypeKind::union_ && members.size() > 1;
        for (const Member& member : members) {
            if (member.is_virtual_base || member.is_bit_field) continue;
            Here there = moved(here, member.offset_bytes);
            there.is_in_union |= is_union;
            if (member.is_vtable_pointer) {
                add(Field::Kind::vtable, {}, there);
                continue;
            }
            there.path = state_.path_of(here.path, type, member);
            if (member.is_base)
                if (const std::string index = state_.name_of_index(member.type); !index.empty())
                    there.path += (there.path.empty() ? "" : ".") + index;
            expand(member.type, there);
        }
    }

    void expand_container(const ContainerClass& container, const Here& here) {
        const auto at = [&](size_t member) { return moved(here, container.at[member].offset_bytes); };
        switch (container.shape()) {
            case Shape::pointer:
                expand_smart_pointer(container, at(0));
                break;
            case Shape::shared:
            case Shape::weak:
                for (const size_t member : {0U, 1U}) {
                    const DebugType& pointer = book_.type(container.at[member].type);
                    Field& field = add(Field::Kind::pointer, pointer.target, at(member));
                    field.is_weak = container.shape() == Shape::weak;
                    field.is_smart = !field.is_weak;
                }
                break;
            case Shape::optional:
                expand_guarded(container.element, at(0), at(1), {.size_bytes = 1, .value = 1});
                break;
            case Shape::variant:
                for (uint32_t index = 0; index < container.alternatives.size(); ++index)
                    expand_guarded(container.alternatives[index], at(0), at(1),
                                   {.size_bytes = static_cast<uint8_t>(container.at[1].size_bytes), .value = index});
                break;
            case Shape::transparent:
                expand(container.element, moved(here, 0));
                break;
            case Shape::emplaced:
                expand_guarded(container.element, at(0), at(1), {.size_bytes = 4, .value = 0, .is_not = true});
                break;
            case Shape::callable:
                add(Field::Kind::callable, container.type, here);
                break;
            default:
                add(Field::Kind::container, container.type, here);
        }
    }

    // A deleter may have its own kind of pointer, which is laid flat as any class.
    void expand_smart_pointer(const ContainerClass& container, const Here& here) {
        const size_t first = fields_.size();
        expand(container.at[0].type, here);
        for (size_t index = first; index < fields_.size(); ++index)
            fields_[index].is_smart = fields_[index].kind == Field::Kind::pointer;
    }

    void expand_guarded(DebugTypeId value, Here there, const Here& flag, Guard guard) {
        guard.offset_bytes = flag.offset_bytes;
        guard.outer = there.guard;
        state_.guards.push_back(guard);
        there.guard = static_cast<uint32_t>(state_.guards.size() - 1);
        expand(value, there);
    }

    Layouts::State& state_;
    const TypeBook& book_;
    std::vector<Field>& fields_;
    size_t steps_ = 0;
};

}  // namespace

bool can_grow(const TypeBook& book, DebugTypeId type) {
    const auto members = book.members(type);
    if (members.empty()) return false;
    const symbols::DebugType& last = book.type(members.back().type);
    return last.kind == TypeKind::array && last.count <= 1;
}

Layouts::Layouts(const TypeBook& book) : state_(std::make_unique<State>(book)) {}
Layouts::Layouts(Layouts&&) noexcept = default;
Layouts& Layouts::operator=(Layouts&&) noexcept = default;
Layouts::~Layouts() = default;

std::span<const Field> Layouts::fields_of(DebugTypeId type) const {
    const auto known = state_->fields_of.find(type.value);
    if (known != state_->fields_of.end()) return known->second;
    std::vector<Field> fields;
    Walk(*state_, fields).expand(type, {});
    std::stable_sort(fields.begin(), fields.end(),
                     [](const Field& a, const Field& b) { return a.offset_bytes < b.offset_bytes; });
    return state_->fields_of.emplace(type.value, std::move(fields)).first->second;
}

const std::string& Layouts::path(const Field& field) const { return state_->paths[field.path]; }
const Guard& Layouts::guard(uint32_t guard) const { return state_->guards[guard]; }
const ContainerClasses& Layouts::classes() const noexcept { return state_->classes; }

std::string Layouts::path_at(DebugTypeId type, uint64_t offset_bytes) const {
    const TypeBook& book = state_->book;
    std::string path;
    for (size_t depth = 0; depth < deepest; ++depth) {
        const DebugType& what = book.type(type);
        if (what.kind == TypeKind::array) {
            const uint64_t stride = book.type(what.target).size_bytes;
            if (stride == 0) break;
            path += '[' + std::to_string(offset_bytes / stride) + ']';
            offset_bytes %= stride;
            type = what.target;
            continue;
        }
        const auto members = book.members(type);
        const auto covering = std::ranges::find_if(members, [&](const Member& member) {
            const uint64_t size = book.type(member.type).size_bytes;
            return !member.is_virtual_base && offset_bytes >= member.offset_bytes &&
                   offset_bytes - member.offset_bytes < size;
        });
        if (covering == members.end()) break;
        path = state_->path_of(path, type, *covering);
        offset_bytes -= covering->offset_bytes;
        type = covering->type;
    }
    return path;
}

}  // namespace heapkit::types

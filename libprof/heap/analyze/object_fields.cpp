// SPDX-License-Identifier: MIT
//
// object_fields(): members laid flat, and the words that were kept of them.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/object_fields.h"

#include <fmt/format.h>
#include <algorithm>
#include <optional>

#include "analyze/vertex_text.h"
#include "symbols/short_name.h"
#include "types/memory.h"

namespace heapkit::analyze {
namespace {

using symbols::DebugType;
using symbols::DebugTypeId;
using symbols::Member;
using symbols::TypeKind;

constexpr size_t most_members = 1000;
constexpr int deepest = 32;  // bases of bases

struct FlatMember {
    std::string name;
    DebugTypeId type;
    uint64_t offset_bytes = 0;
    bool is_bit_field = false, is_vtable_pointer = false;
};

// What a row says of a member's memory.
struct Value {
    std::string text = {};
    uint64_t address = 0;
};

class Fields {
   public:
    Fields(const Heap& heap, const read::Words& words)
        : heap_(heap), book_(heap.type_book()), memory_(heap.blocks(), words) {}

    std::vector<FlatMember> members_of(DebugTypeId type) const {
        std::vector<FlatMember> flat;
        collect(type, 0, 0, flat);
        std::stable_sort(flat.begin(), flat.end(),
                         [](const FlatMember& a, const FlatMember& b) { return a.offset_bytes < b.offset_bytes; });
        return flat;
    }

    // What std::make_shared made has its object behind the counts; that is what people mean by its members.
    struct Described {
        DebugTypeId type;
        uint64_t offset_bytes = 0;
    };
    Described described(DebugTypeId type) const {
        constexpr std::string_view made_shared = "std::_Sp_counted_ptr_inplace<";
        const auto arguments = book_.arguments(type);
        if (!book_.name(type).starts_with(made_shared) || arguments.empty()) return {type};
        Described inside{type};
        for (int depth = 0; depth < deepest; ++depth) {
            const auto members = book_.members(inside.type);
            const auto next = std::ranges::find_if(members, [&](const Member& member) {
                const std::string_view name = book_.text(member.name);
                return name == "_M_impl" || name == "_M_storage";
            });
            if (next == members.end()) break;
            inside.offset_bytes += next->offset_bytes;
            inside.type = next->type;
            if (book_.text(next->name) == "_M_storage") return {arguments.front().type, inside.offset_bytes};
        }
        return {type};
    }

    Value value_of(const FlatMember& member, types::Place object) const {
        const types::Place place = types::Memory::moved(object, member.offset_bytes);
        const DebugType& type = book_.type(member.type);
        if (member.is_vtable_pointer || member.is_bit_field) return {};
        if (type.kind == TypeKind::pointer || type.kind == TypeKind::reference) return pointer(place);
        if (type.kind == TypeKind::structure) return smart_pointer(member.type, place);
        if (type.kind != TypeKind::basic && type.kind != TypeKind::enumeration) return {};
        return {.text = number(member.type, place)};
    }

   private:
    // Bounded recursion, over classes and never over the heap.
    void collect(DebugTypeId id, uint64_t offset, int depth, std::vector<FlatMember>& flat) const {
        for (const Member& member : book_.members(id)) {
            if (flat.size() >= most_members) return;
            const bool is_unnamed = book_.text(member.name).empty();
            const TypeKind kind = book_.type(member.type).kind;
            const bool is_class = kind == TypeKind::structure || kind == TypeKind::union_;
            if ((member.is_base || is_unnamed) && is_class && !member.is_virtual_base && depth < deepest) {
                collect(member.type, offset + member.offset_bytes, depth + 1, flat);
                continue;
            }
            flat.push_back({.name = member.is_vtable_pointer ? "vtable" : std::string(book_.text(member.name)),
                            .type = member.type,
                            .offset_bytes = offset + member.offset_bytes,
                            .is_bit_field = member.is_bit_field,
                            .is_vtable_pointer = member.is_vtable_pointer});
        }
    }

    Value pointer(const types::Place& place) const {
        const auto target = memory_.pointer_at(place);
        const uint64_t address = target ? memory_.address_of(*target) : memory_.address_in(place);
        if (address == 0) return {};
        if (!target || target->is_root) return {.text = fmt::format("{:#x}", address)};
        const BlockId block(target->index);
        const std::string name = bare_name(heap_.types().type(heap_.types().of(block)).name);
        return {.text = fmt::format("{:#x}, {}", address, name), .address = address};
    }

    Value smart_pointer(DebugTypeId type, const types::Place& place) const {
        for (const types::Field& field : heap_.types().layouts().fields_of(type)) {
            if (field.kind != types::Field::Kind::pointer || !(field.is_smart || field.is_weak)) continue;
            return pointer(types::Memory::moved(place, field.offset_bytes));
        }
        return {};
    }

    std::string number(DebugTypeId id, const types::Place& place) const {
        const uint64_t bytes = book_.type(id).size_bytes;
        const std::string name = book_.name(id);
        const bool is_whole = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
        if (!is_whole || name.find("double") != name.npos || name.find("float") != name.npos) return "";
        if (!memory_.word_at(types::Memory::moved(place, uint64_t{0} - place.offset_bytes % 8))) return "";
        const uint64_t bits = memory_.number_at(place, bytes);
        if (name == "bool") return bits == 0 ? "false" : "true";
        const bool is_unsigned = name.find("unsigned") != name.npos;
        if (is_unsigned || bytes == 8) return fmt::to_string(bits);
        const unsigned shift = 64 - 8 * static_cast<unsigned>(bytes);
        return fmt::to_string(static_cast<int64_t>(bits << shift) >> shift);
    }

    const Heap& heap_;
    const symbols::TypeBook& book_;
    const types::Memory memory_;
};

}  // namespace

Table object_fields(const Heap& heap, Interior place) {
    const types::Type& type = heap.types().type(heap.types().of(place.block));
    Table table{.title = "What is in it", .key = "fields"};
    table.columns = {{.name = "offset", .key = "offset", .unit = Unit::count},
                     {.name = "field", .key = "name"},
                     {.name = "type", .key = "type"},
                     {.name = "size", .key = "size", .unit = Unit::bytes},
                     {.name = "value", .key = "value"},
                     {.name = "", .key = "address", .unit = Unit::address}};
    table.empty = "No debug information describes it.";
    const auto words = heap.words();
    if (!words || type.layout.value == 0) return table;
    const uint64_t size = heap.type_book().type(type.layout).size_bytes;
    uint64_t first = type.first_offset_bytes;
    if (size > 0 && place.offset_bytes > first) first += (place.offset_bytes - first) / size * size;
    const Fields fields(heap, *words);
    const Fields::Described inside = fields.described(type.layout);
    first += inside.offset_bytes;
    const types::Place object = types::Memory::moved(types::Memory::start_of(place.block), first);
    for (const FlatMember& member : fields.members_of(inside.type)) {
        const Value value = fields.value_of(member, object);
        table.rows.push_back({static_cast<int64_t>(first + member.offset_bytes), member.name,
                              symbols::short_type(heap.type_book().name(member.type)),
                              static_cast<int64_t>(heap.type_book().type(member.type).size_bytes), value.text,
                              value.address == 0 ? Cell() : Cell(static_cast<int64_t>(value.address))});
    }
    return table;
}

}  // namespace heapkit::analyze

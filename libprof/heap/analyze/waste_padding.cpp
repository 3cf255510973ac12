// SPDX-License-Identifier: MIT
//
// Objects by class first, then each class with what it consists of.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/waste_padding.h"

#include <fmt/format.h>
#include <algorithm>

#include "base/units.h"
#include "symbols/short_name.h"
#include "types/layout.h"

namespace heapkit::analyze {
namespace {

using symbols::DebugTypeId;
using symbols::TypeKind;
using types::StorageRole;
using types::Type;

constexpr int deepest = 32;  // classes in classes

// Of each type of the book how many objects there are, those inside of others not yet counted.
std::vector<uint64_t> objects_of(const Heap& heap) {
    const types::Types& types = heap.types();
    const symbols::TypeBook& book = heap.type_book();
    const types::Containers& containers = types.containers();
    std::vector<uint64_t> objects(book.count());
    std::vector<bool> grows(types.count());
    for (size_t id = 0; id < types.count(); ++id)
        grows[id] = types::can_grow(book, types.type(types::TypeId(id)).layout);
    for (size_t index = 0; index < heap.blocks().count(); ++index) {
        const BlockId block(index);
        const types::TypeId id = types.of(block);
        const Type& type = types.type(id);
        if (type.layout.value == 0 || types::trust_in(types.evidence(block)) < types::Trust::high) continue;
        const uint64_t size = book.type(type.layout).size_bytes, bytes = heap.blocks().size_bytes(block);
        if (size == 0 || bytes < size + type.first_offset_bytes) continue;
        uint64_t count = (bytes - type.first_offset_bytes) / size;
        const StorageRole role = index < containers.role_of.size() ? containers.role_of[index] : StorageRole::none;
        if (type.is_head || grows[id.index()] || role == StorageRole::node) count = 1;
        if (role == StorageRole::buffer)
            count = std::min(count, containers.all[containers.of_block[index].container].elements);
        objects[type.layout.index()] += count;
    }
    return objects;
}

class Spread {
   public:
    Spread(const symbols::TypeBook& book, size_t types) : book_(book), all_(types) {}

    // Adds the objects of a class, and those that each of them consists of.
    void add(DebugTypeId id, uint64_t objects, int depth = 0) {
        if (depth > deepest) return;
        const symbols::DebugType& type = book_.type(id);
        if (type.kind == TypeKind::array) return add(type.target, objects * type.count, depth + 1);
        if (type.kind != TypeKind::structure) return;  // of a union nobody knows which member there is
        all_[id.index()] += objects;
        for (const symbols::Member& member : book_.members(id)) {
            const TypeKind kind = book_.type(member.type).kind;
            if (kind != TypeKind::structure && kind != TypeKind::array) continue;
            if (!member.is_base || !is_tail_used(id, member)) add(member.type, objects, depth + 1);
        }
    }
    const std::vector<uint64_t>& all() const noexcept { return all_; }

   private:
    // Whether members lie in the tail of a base: what is no hole there, is counted in the derived class.
    bool is_tail_used(DebugTypeId id, const symbols::Member& base) const {
        const uint64_t begin = base.offset_bytes, end = begin + book_.type(base.type).size_bytes;
        const auto members = book_.members(id);
        return std::any_of(members.begin(), members.end(), [&](const symbols::Member& member) {
            return member.offset_bytes > begin && member.offset_bytes < end;
        });
    }

    const symbols::TypeBook& book_;
    std::vector<uint64_t> all_;
};

std::string text_of(const ClassPadding& padding) {
    constexpr size_t shown = 3;
    std::vector<const Hole*> largest;
    for (const Hole& hole : padding.holes) largest.push_back(&hole);
    std::stable_sort(largest.begin(), largest.end(), [](const Hole* a, const Hole* b) { return a->bytes > b->bytes; });
    std::string text;
    for (size_t at = 0; at < largest.size() && at < shown; ++at) {
        const Hole& hole = *largest[at];
        const bool is_tail = padding.tail_bytes > 0 && &hole == &padding.holes.back();
        const std::string where = is_tail ? "at the end" : hole.after.empty() ? "at the start" : "after " + hole.after;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", size_to_text(hole.bytes), where);
    }
    if (largest.size() > shown) text += fmt::format(" and {} more", largest.size() - shown);
    return text;
}

PaddedClass row_of(const symbols::TypeBook& book, DebugTypeId id, const ClassPadding& padding, uint64_t objects) {
    PaddedClass row{.name = {}, .full_name = book.name(id), .holes = text_of(padding)};
    row.name = bare_name(symbols::short_type(row.full_name));
    row.objects = static_cast<int64_t>(objects);
    row.size_bytes = static_cast<int64_t>(padding.size_bytes);
    row.best_bytes = static_cast<int64_t>(padding.best_bytes);
    row.padding_bytes = static_cast<int64_t>(objects * padding.padding_bytes());
    row.saved_bytes = static_cast<int64_t>(objects * padding.saved_bytes());
    return row;
}

}  // namespace

std::vector<PaddedClass> padded_classes(const Heap& heap) {
    const symbols::TypeBook& book = heap.type_book();
    const std::vector<uint64_t> blocks = objects_of(heap);
    Spread spread(book, book.count());
    for (size_t id = 1; id < blocks.size(); ++id)
        if (blocks[id] > 0) spread.add(DebugTypeId(id), blocks[id]);
    PaddingOf padding_of(book);
    std::vector<PaddedClass> classes;
    for (size_t id = 1; id < spread.all().size(); ++id) {
        if (spread.all()[id] == 0) continue;
        const ClassPadding& padding = padding_of.of(DebugTypeId(id));
        if (padding.is_known && padding.padding_bytes() > 0)
            classes.push_back(row_of(book, DebugTypeId(id), padding, spread.all()[id]));
    }
    std::stable_sort(classes.begin(), classes.end(), [](const PaddedClass& a, const PaddedClass& b) {
        return a.saved_bytes != b.saved_bytes ? a.saved_bytes > b.saved_bytes : a.padding_bytes > b.padding_bytes;
    });
    return classes;
}

WasteAnswer waste_padding(const std::vector<PaddedClass>& classes, const WasteOptions& options) {
    Table table{.title = "Padding by type", .key = "padding"};
    table.columns = {{.name = "", .key = "name"},
                     {.name = "", .key = "type", .is_for_json = true},
                     {.name = "objects", .key = "objects", .unit = Unit::count},
                     {.name = "size", .key = "size", .unit = Unit::bytes},
                     {.name = "padding", .key = "padding", .unit = Unit::bytes},
                     {.name = "reordered", .key = "reordered_size", .unit = Unit::bytes},
                     {.name = "saves", .key = "saved", .unit = Unit::bytes},
                     {.name = "holes", .key = "holes"}};
    table.empty = "No object of a sure type has padding: types come from debug information.";
    const size_t shown = rows_shown(classes.size(), options);
    table.rows_left_out = classes.size() - shown;
    for (size_t row = 0; row < shown; ++row) {
        const PaddedClass& each = classes[row];
        table.rows.push_back({each.name, each.full_name, each.objects, each.size_bytes, each.padding_bytes,
                              each.best_bytes, each.saved_bytes, each.holes});
    }
    return {.tables = {std::move(table)}, .notes = {}};
}

}  // namespace heapkit::analyze

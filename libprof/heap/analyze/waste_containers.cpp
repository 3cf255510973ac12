// SPDX-License-Identifier: MIT
//
// Storage summed up by container, containers by owner.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/waste_containers.h"

#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>

#include "base/units.h"
#include "symbols/short_name.h"

namespace heapkit::analyze {
namespace {

using types::StorageRole;

constexpr uint32_t none = UINT32_MAX;

struct Storage {
    int64_t bytes = 0;
    uint32_t largest = none;  // block
};

std::vector<Storage> storage_of(const Heap& heap) {
    const types::Containers& containers = heap.types().containers();
    std::vector<Storage> storage(containers.all.size());
    for (uint32_t index = 0; index < containers.of_block.size(); ++index) {
        const uint32_t container = containers.of_block[index].container;
        if (container == types::no_container) continue;
        Storage& to = storage[container];
        to.bytes += static_cast<int64_t>(heap.blocks().size_bytes(BlockId(index)));
        const bool is_larger = to.largest == none ||
                               heap.blocks().size_bytes(BlockId(index)) > heap.blocks().size_bytes(BlockId(to.largest));
        if (is_larger) to.largest = index;
    }
    return storage;
}

class Census {
   public:
    explicit Census(const BlockNames& names) : names_(names), heap_(names.heap()) {}

    std::vector<SlackContainers> take() {
        const auto& all = heap_.types().containers().all;
        const std::vector<Storage> storage = storage_of(heap_);
        for (size_t index = 0; index < all.size(); ++index)
            if (storage[index].largest != none) add(all[index], storage[index]);
        std::vector<SlackContainers> wasteful;
        for (size_t row = 0; row < rows_.size(); ++row) {
            if (rows_[row].spare_bytes == 0) continue;
            rows_[row].grown_at = names_.name(BlockKey::site, names_.number(BlockKey::site, BlockId(largest_[row])));
            wasteful.push_back(std::move(rows_[row]));
        }
        std::stable_sort(wasteful.begin(), wasteful.end(), [](const SlackContainers& a, const SlackContainers& b) {
            return a.spare_bytes > b.spare_bytes;
        });
        return wasteful;
    }

   private:
    void add(const types::Container& container, const Storage& storage) {
        const uint32_t row = row_of(container, storage);
        SlackContainers& to = rows_[row];
        ++to.containers;
        to.elements += static_cast<int64_t>(container.elements);
        to.capacity += static_cast<int64_t>(std::max(container.capacity, container.elements));
        to.bytes += storage.bytes;
        const bool is_empty = container.elements == 0 && container.is_count_exact;
        to.empty += is_empty;
        to.empty_bytes += is_empty ? storage.bytes : 0;
        to.spare_bytes += is_empty ? storage.bytes : spare_of(container, storage);
        const auto size = [&](uint32_t block) { return heap_.blocks().size_bytes(BlockId(block)); };
        if (size(storage.largest) > size(largest_[row])) largest_[row] = storage.largest;
    }

    int64_t spare_of(const types::Container& container, const Storage& storage) const {
        if (container.capacity <= container.elements || !container.is_count_exact) return 0;
        const uint64_t size = heap_.type_book().type(container.element).size_bytes;
        const uint64_t spare = (container.capacity - container.elements) * size;
        return std::min(static_cast<int64_t>(spare), storage.bytes);
    }

    uint32_t row_of(const types::Container& container, const Storage& storage) {
        const uint32_t owner = names_.number(BlockKey::owner, BlockId(storage.largest));
        const uint64_t key = uint64_t{owner} << 32 | container.type.value;
        const auto [entry, is_new] = known_.try_emplace(key, static_cast<uint32_t>(rows_.size()));
        if (is_new) {
            rows_.push_back({.owner = names_.name(BlockKey::owner, owner),
                             .type = symbols::short_type(heap_.type_book().name(container.type)),
                             .grown_at = {}});
            largest_.push_back(storage.largest);
        }
        return entry->second;
    }

    const BlockNames& names_;
    const Heap& heap_;
    std::vector<SlackContainers> rows_;
    std::vector<uint32_t> largest_;  // of a row's storage
    std::unordered_map<uint64_t, uint32_t> known_;
};

}  // namespace

// clear() keeps memory; growing by doubling leaves less than half of it spare, unless elements went.
std::string SlackContainers::hint() const {
    if (empty == containers) return "clear() keeps memory: shrink_to_fit(), or swap with a new one";
    if (elements * 2 < capacity) return "reserve() less, or shrink_to_fit() when most are gone";
    return "reserve() what is needed, or shrink_to_fit() after filling";
}

std::vector<SlackContainers> slack_containers(const BlockNames& names) { return Census(names).take(); }

WasteAnswer waste_containers(const std::vector<SlackContainers>& rows, const WasteOptions& options) {
    Table table{.title = "Empty and oversized containers", .key = "containers"};
    table.columns = {{.name = "", .key = "name"},
                     {.name = "", .key = "owner", .is_for_json = true},
                     {.name = "", .key = "type", .is_for_json = true},
                     {.name = "", .key = "containers", .unit = Unit::count, .is_for_json = true},
                     {.name = "empty", .key = "empty", .unit = Unit::count},
                     {.name = "elements", .key = "elements", .unit = Unit::count},
                     {.name = "capacity", .key = "capacity", .unit = Unit::count},
                     {.name = "", .key = "empty_size", .unit = Unit::bytes, .is_for_json = true},
                     {.name = "size", .key = "size", .unit = Unit::bytes},
                     {.name = "spare", .key = "spare", .unit = Unit::bytes},
                     {.name = "grown in", .key = "grown_in"},
                     {.name = "", .key = "hint", .is_for_json = true}};
    table.empty = "No container is known that has room for more than is in it.";
    const size_t shown = rows_shown(rows.size(), options);
    table.rows_left_out = rows.size() - shown;
    std::vector<std::string> notes;
    for (size_t row = 0; row < shown; ++row) {
        const SlackContainers& each = rows[row];
        const std::string& name = each.owner.empty() ? each.type : each.owner;
        std::string label = each.containers == 1 ? name : fmt::format("{} × {}", count_to_text(each.containers), name);
        if (row == 0) notes.push_back(fmt::format("{}: {}.", name, each.hint()));
        table.rows.push_back({std::move(label), each.owner, each.type, each.containers, each.empty, each.elements,
                              each.capacity, each.empty_bytes, each.bytes, each.spare_bytes, each.grown_at,
                              each.hint()});
    }
    return {.tables = {std::move(table)}, .notes = std::move(notes)};
}

}  // namespace heapkit::analyze

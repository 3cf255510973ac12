// SPDX-License-Identifier: MIT
//
// containers(): storage summed up by container, containers by the way that they are owned on.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/containers.h"

#include <fmt/format.h>
#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include "analyze/owner_names.h"
#include "analyze/path_keys.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

using refs::VertexId;
using types::StorageRole;

constexpr uint64_t link_bytes = sizeof(uint64_t);

// Of the storage of one container.
struct Storage {
    int64_t bucket_bytes = 0, slack_bytes = 0;
    uint32_t nodes = 0;
    uint32_t oldest_birth = UINT32_MAX;
    uint64_t oldest_address = 0;

    uint64_t key() const noexcept { return (oldest_address ^ uint64_t{oldest_birth} << 32) * 0x9e3779b97f4a7c15; }
};

std::vector<Storage> storage_of(const Heap& heap) {
    const types::Containers& containers = heap.types().containers();
    std::vector<Storage> storage(containers.all.size());
    for (size_t index = 0; index < containers.of_block.size(); ++index) {
        const uint32_t container = containers.of_block[index].container;
        if (container == types::no_container) continue;
        const StorageRole role = containers.role_of[index];
        storage[container].slack_bytes += heap.blocks().slack[index];
        storage[container].nodes += role == StorageRole::node;
        if (const uint32_t birth = heap.blocks().birth[index]; birth < storage[container].oldest_birth) {
            storage[container].oldest_birth = birth;
            storage[container].oldest_address = heap.blocks().address[index];
        }
        if (role == StorageRole::buckets)
            storage[container].bucket_bytes += static_cast<int64_t>(heap.blocks().size_bytes(BlockId(index)));
    }
    return storage;
}

bool is_keyed_name(std::string_view name) {
    return name.find("map<") != std::string_view::npos || name.find("set<") != std::string_view::npos;
}

class Census {
   public:
    Census(const Heap& heap, const Ownership& ownership)
        : heap_(heap),
          ownership_(ownership),
          references_(ownership.references()),
          text_(heap, references_),
          keys_(references_, text_),
          names_(heap, references_, text_),
          containers_(heap.types().containers()),
          storage_(storage_of(heap)) {}

    Populations take(bool each) {
        Populations found;
        found.of.assign(containers_.all.size(), Ownership::no_group);
        std::unordered_map<uint64_t, uint32_t> known;
        const auto first = static_cast<uint32_t>(heap_.blocks().count());
        for (uint32_t index = 0; index < containers_.all.size(); ++index) {
            const uint32_t vertex = first + index;
            if (!references_.vertices().exists(VertexId(vertex))) continue;
            const uint64_t key = keys_.of(vertex) ^ (each ? text_.address(VertexId(vertex)) * 0x9e3779b97f4a7c15 : 0);
            const auto [entry, is_new] = known.try_emplace(key, static_cast<uint32_t>(found.all.size()));
            if (is_new) found.all.push_back(begin(key, vertex, containers_.all[index]));
            found.of[index] = entry->second;
            add(found.all[entry->second], vertex, containers_.all[index], storage_[index]);
            if (each) found.all[entry->second].storage_key = storage_[index].key();
        }
        retain(found, first);
        sort(found);
        return found;
    }

   private:
    Population begin(uint64_t key, uint32_t vertex, const types::Container& container) const {
        Population population{.key = key,
                              .owner = names_.of(VertexId(vertex)),
                              .type = text_.name(VertexId(vertex)),
                              .example = vertex,
                              .storage = {}};
        population.is_keyed = is_keyed_name(heap_.type_book().name(container.type));
        return population;
    }

    void add(Population& to, uint32_t vertex, const types::Container& container, const Storage& storage) const {
        const auto elements = static_cast<int64_t>(container.elements);
        const int64_t buckets = storage.bucket_bytes / static_cast<int64_t>(link_bytes);
        ++to.containers;
        to.elements += elements;
        to.capacity += buckets > 0 ? buckets : static_cast<int64_t>(container.capacity);
        to.payload_bytes += elements * static_cast<int64_t>(heap_.type_book().type(container.element).size_bytes);
        to.storage += ownership_.self(vertex);
        to.slack_bytes += storage.slack_bytes;
        to.is_made_of_nodes |= storage.nodes > 0;
        if (ownership_.retained(vertex).bytes > ownership_.retained(to.example).bytes) to.example = vertex;
    }

    void retain(Populations& found, uint32_t first) const {
        std::vector<uint32_t> group_of(references_.graph().node_count(), Ownership::no_group);
        std::copy(found.of.begin(), found.of.end(), group_of.begin() + first);
        const std::vector<Total> retained = ownership_.retained_by(group_of, found.all.size());
        for (size_t index = 0; index < found.all.size(); ++index)
            found.all[index].retained_bytes = retained[index].bytes;
        for (Population& each : found.all) each.address = text_.address(VertexId(each.example));
    }

    static void sort(Populations& found) {
        std::vector<uint32_t> order(found.all.size()), place(found.all.size());
        std::iota(order.begin(), order.end(), 0U);
        std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
            return found.all[a].retained_bytes > found.all[b].retained_bytes;
        });
        std::vector<Population> sorted;
        for (uint32_t at = 0; at < order.size(); ++at) {
            place[order[at]] = at;
            sorted.push_back(std::move(found.all[order[at]]));
        }
        found.all = std::move(sorted);
        for (uint32_t& population : found.of)
            if (population != Ownership::no_group) population = place[population];
    }

    const Heap& heap_;
    const Ownership& ownership_;
    const refs::References& references_;
    const VertexText text_;
    const PathKeys keys_;
    const OwnerNames names_;
    const types::Containers& containers_;
    const std::vector<Storage> storage_;
};

Cell load_of(const Population& population) {
    if (population.capacity == 0) return {};
    return 100 * static_cast<double>(population.elements) / static_cast<double>(population.capacity);
}

Table table_of_all(const Populations& populations, const ContainerOptions& options) {
    Table table{.title = "By owner", .key = "containers"};
    table.columns = {{.name = "", .key = "name"},
                     {.name = "", .key = "type", .is_for_json = options.each},
                     {.name = "", .key = "containers", .unit = Unit::count, .is_for_json = true},
                     {.name = "", .key = "owner", .is_for_json = true},
                     {.name = "elements", .key = "elements", .unit = Unit::count},
                     {.name = "capacity", .key = "capacity", .unit = Unit::count, .is_for_json = true},
                     {.name = "load", .key = "load", .unit = Unit::percent},
                     {.name = "self", .key = "self", .unit = Unit::bytes},
                     {.name = "waste", .key = "waste", .unit = Unit::bytes},
                     {.name = "retained", .key = "retained", .unit = Unit::bytes},
                     {.name = "", .key = "slack", .unit = Unit::bytes, .is_for_json = true},
                     {.name = "address", .key = "address", .unit = Unit::address, .is_for_json = !options.each}};
    table.empty = "No containers are known here: heapkit knows them by debug information.";
    const size_t all = populations.all.size();
    const size_t count = options.limit == 0 ? all : std::min(options.limit, all);
    table.rows_left_out = all - count;
    for (size_t row = 0; row < count; ++row) {
        const Population& each = populations.all[row];
        table.rows.push_back({each.label(), each.type, each.containers, each.owner, each.elements, each.capacity,
                              load_of(each), each.storage.bytes, each.waste_bytes(), each.retained_bytes,
                              each.slack_bytes, static_cast<int64_t>(each.address)});
    }
    return table;
}

Table table_of_nodes(const Populations& populations, const ContainerOptions& options) {
    Table table{.title = "Nodes that cost more than what is in them", .key = "nodes"};
    table.columns = {{.name = "", .key = "name"},
                     {.name = "elements", .key = "elements", .unit = Unit::count},
                     {.name = "payload", .key = "payload", .unit = Unit::bytes},
                     {.name = "with nodes", .key = "self", .unit = Unit::bytes},
                     {.name = "flat", .key = "flat", .unit = Unit::bytes},
                     {.name = "less", .key = "saved", .unit = Unit::bytes}};
    table.empty = "No container's nodes cost more than what is in them.";
    std::vector<const Population*> paying;
    for (const Population& each : populations.all)
        if (each.pays_for_nodes()) paying.push_back(&each);
    const auto cost = [](const Population* each) { return each->storage.bytes + each->slack_bytes; };
    const auto saved = [&](const Population* each) { return cost(each) - each->payload_bytes; };
    std::stable_sort(paying.begin(), paying.end(),
                     [&](const Population* a, const Population* b) { return saved(a) > saved(b); });
    const size_t count = options.limit == 0 ? paying.size() : std::min(options.limit, paying.size());
    table.rows_left_out = paying.size() - count;
    for (size_t row = 0; row < count; ++row) {
        const Population& each = *paying[row];
        table.rows.push_back(
            {each.label(), each.elements, each.payload_bytes, cost(&each), each.payload_bytes, saved(&each)});
    }
    return table;
}

}  // namespace

std::string Population::label() const {
    return containers == 1 ? owner : fmt::format("{} × {}", count_to_text(containers), owner);
}

Populations populations_of(const Heap& heap, const Ownership& ownership, bool each) {
    return Census(heap, ownership).take(each);
}

ContainersAnswer containers(const Populations& populations, const ContainerOptions& options) {
    return {table_of_all(populations, options), table_of_nodes(populations, options)};
}

}  // namespace heapkit::analyze

// SPDX-License-Identifier: MIT
//
// object(): facts, votes, neighbours and call stack of one block.
//
// Side: heap, floor 7 (analyze).
#include "analyze/object.h"

#include <fmt/format.h>
#include <algorithm>

#include "analyze/choose.h"
#include "analyze/chunks.h"
#include "analyze/domains.h"
#include "analyze/labels.h"
#include "analyze/sites.h"
#include "analyze/threads.h"
#include "analyze/vertex_text.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

using refs::VertexId;
using types::Evidence;
using types::Type;

// What hangs on a vertex along owning references, itself included: what would be gone with it if nobody else held it.
struct Reachable {
    int64_t objects = 0, bytes = 0;
};
Reachable reachable_from(const refs::References& references, VertexId vertex) {
    Reachable sum;
    std::vector<bool> is_seen(references.graph().node_count());
    std::vector<uint32_t> work = {vertex.value};
    is_seen[vertex.index()] = true;
    while (!work.empty()) {
        const uint32_t from = work.back();
        work.pop_back();
        ++sum.objects;
        sum.bytes += static_cast<int64_t>(references.size_bytes(VertexId(from)));
        for (const graph::Edge edge : references.graph().out(from)) {
            if (!edge.is_strong() || is_seen[edge.to()]) continue;
            is_seen[edge.to()] = true;
            work.push_back(edge.to());
        }
    }
    return sum;
}

class Description {
   public:
    Description(const Heap& heap, const ObjectOptions& options, Interior place)
        : heap_(heap), options_(options), place_(place), type_(heap.types().type(heap.types().of(place.block))) {}

    Table facts(const refs::References* references) const {
        Table table{.title = title(), .key = "object", .layout = Table::Layout::facts};
        table.columns = {{.name = "", .key = "fact"}, {.name = "", .key = "value"}};
        const auto fact = [&](const char* what, std::string is) {
            if (!is.empty()) table.rows.push_back({std::string(what), std::move(is)});
        };
        const read::Blocks& blocks = heap_.blocks();
        fact("block", fmt::format("{:#x}, {}", blocks.address[place_.block.index()], bytes_text()));
        if (place_.offset_bytes > 0) fact("the address is", member_text());
        fact("type", type_.name);
        if (type_.full_name != type_.name) fact("in full", type_.full_name);
        fact("known by", evidence_text());
        fact("allocated", site_text());
        fact("age", duration_to_text(static_cast<double>(age_ns(heap_, place_.block))));
        const ThreadOfBlock threads(heap_);
        fact("by thread", threads.name(threads.of(place_.block)));
        if (Domains::are_in(heap_)) {
            const Domains domains(heap_);
            fact("in domain", domains.path(domains.of(place_.block)));
        }
        fact("lies in", chunk_around(heap_, references, place_.block));
        if (references != nullptr) add_references(*references, fact);
        return table;
    }

    Table votes() const {
        Table table{.title = "What says its type", .key = "votes"};
        table.columns = {
            {.name = "", .key = "evidence"}, {.name = "trust", .key = "trust"}, {.name = "type", .key = "type"}};
        table.empty = "Nothing says of what type it is.";
        const std::vector<types::Vote> all = heap_.types().votes(place_.block);
        for (const types::Vote& vote : all)
            table.rows.push_back({std::string(to_text(vote.evidence)), std::string(to_text(trust_in(vote.evidence))),
                                  heap_.types().type(vote.type).name});
        return table;
    }

    Table neighbours(const refs::References& references, bool referrers) const {
        Table table{.title = referrers ? "Who refers to it" : "What it refers to",
                    .key = referrers ? "referrers" : "referents"};
        table.columns = {{.name = referrers ? "through" : "field", .key = "field"},
                         {.name = "to", .key = "to"},
                         {.name = "", .key = "how"},
                         {.name = "address", .key = "address", .unit = Unit::address}};
        if (referrers) table.columns.erase(table.columns.begin() + 1);
        table.empty = referrers ? "Nothing refers to it." : "It refers to nothing.";
        const VertexText text(heap_, references);
        const VertexId vertex = references.vertices().of_block(place_.block);
        const std::vector<uint32_t> edges = edges_of(references, vertex, referrers);
        const size_t begin = std::min(referrers ? options_.referrers_offset : options_.referents_offset, edges.size());
        const size_t rest = edges.size() - begin;
        const size_t shown = options_.limit == 0 ? rest : std::min(options_.limit, rest);
        table.rows_left_out = edges.size() - shown;
        for (size_t index = begin; index < begin + shown; ++index) {
            const refs::Reference reference = references.reference(edges[index]);
            const std::string how = reference.is_conservative ? "may be a reference"
                                    : reference.owns          ? "owns"
                                                              : "does not own";
            const VertexId other = referrers ? reference.from : reference.to;
            const auto address = static_cast<int64_t>(text.address(other));
            if (referrers)
                table.rows.push_back({text.reference(edges[index]), how, address});
            else
                table.rows.push_back({references.label(edges[index]),
                                      fmt::format("{}, {}", text.name(other), text.facts(other)), how, address});
        }
        return table;
    }

    Table allocation() const {
        Group group{.key = {}, .example = heap_.blocks().stack_of(place_.block)};
        group.site = Sites(heap_, {.raw_frames = options_.raw_frames}).of(group.example);
        if (group.site) {
            group.place = place_of(heap_, *group.site);
            group.short_name = short_name(heap_, *group.site);
        }
        Labels labels({.by = GroupBy::traceback, .full_paths = options_.full_paths, .raw_frames = options_.raw_frames});
        labels.know(std::span(&group, 1));
        Table table{.title = "Allocated at", .key = "allocation", .layout = Table::Layout::statistics};
        table.columns = {{.name = "", .key = "name"},
                         {.name = "size", .key = "size", .unit = Unit::bytes},
                         {.name = "", .key = "traceback", .is_for_json = true}};
        table.rows.push_back({labels.of(group) + labels.traceback_text(heap_, group),
                              static_cast<int64_t>(heap_.blocks().size_bytes(place_.block)),
                              traceback_of(heap_, group.example)});
        return table;
    }

   private:
    static std::vector<uint32_t> edges_of(const refs::References& references, VertexId vertex, bool referrers) {
        if (referrers) {
            const auto in = references.reverse().in(vertex.value);
            return {in.begin(), in.end()};
        }
        std::vector<uint32_t> edges;
        for (uint32_t edge = references.graph().begin[vertex.index()];
             edge < references.graph().begin[vertex.index() + 1]; ++edge)
            edges.push_back(edge);
        return edges;
    }

    std::string title() const {
        return fmt::format("{} at {:#x}", bare_name(type_.name), heap_.blocks().address[place_.block.index()]);
    }
    std::string bytes_text() const {
        const uint32_t slack = heap_.blocks().slack[place_.block.index()];
        const std::string own = size_to_text(heap_.blocks().size_bytes(place_.block));
        return slack == 0 ? own : fmt::format("{}, and {} that the allocator added", own, size_to_text(slack));
    }
    // "+0x18, Session::name_"; of an array "+0x1b8, [7].name_".
    std::string member_text() const {
        const std::string byte = fmt::format("+{:#x}", place_.offset_bytes);
        if (type_.layout.value == 0 || place_.offset_bytes < type_.first_offset_bytes) return byte;
        const uint64_t size = heap_.type_book().type(type_.layout).size_bytes;
        if (size == 0) return byte;
        const uint64_t into = place_.offset_bytes - type_.first_offset_bytes;
        const std::string member = heap_.types().layouts().path_at(type_.layout, into % size);
        const bool is_array = (heap_.blocks().size_bytes(place_.block) - type_.first_offset_bytes) / size > 1;
        if (is_array) return fmt::format("{}, [{}]{}{}", byte, into / size, member.empty() ? "" : ".", member);
        if (member.empty() || type_.form != Type::Form::object) return byte;
        return fmt::format("{}, {}::{}", byte, bare_name(type_.name), member);
    }
    std::string evidence_text() const {
        const Evidence evidence = heap_.types().evidence(place_.block);
        if (type_.form == Type::Form::place) return "where it was allocated: its type is not known";
        return fmt::format("{}, {} trust", to_text(evidence), to_text(types::trust_in(evidence)));
    }
    std::string site_text() const {
        const types::Sites sites(heap_.snapshot(), heap_.frames());
        const auto site = sites.site_of(heap_.blocks().stack_of(place_.block));
        return site ? sites.text_of(*site) : "";
    }

    template <typename Fact>
    void add_references(const refs::References& references, const Fact& fact) const {
        const VertexId vertex = references.vertices().of_block(place_.block);
        const VertexText text(heap_, references);
        if (references.vertices().kind(vertex) == refs::Vertices::Kind::container)
            fact("is storage of", fmt::format("{}, {}", text.name(vertex), text.facts(vertex)));
        const Reachable reachable = reachable_from(references, vertex);
        fact("reaches",
             fmt::format("{} in {} objects, itself included", size_to_text(static_cast<uint64_t>(reachable.bytes)),
                         count_to_text(reachable.objects)));
        const uint32_t edge = references.paths().edge_to[vertex.index()];
        fact("held by", edge == graph::no_edge ? "nothing that leads to a root: it is lost" : text.reference(edge));
        if (const auto counts = use_counts_of(heap_, place_.block))
            fact("shared_ptr", fmt::format("use count {}, weak_ptr {}", counts->owners, counts->onlookers));
    }

    const Heap& heap_;
    const ObjectOptions& options_;
    const Interior place_;
    const Type& type_;
};

}  // namespace

Result<ObjectAnswer> object(const Heap& heap, const ObjectOptions& options) {
    const auto place = block_at(heap, options.address);
    if (!place) return place.error();
    const Description description(heap, options, *place);
    ObjectAnswer answer;
    const auto references = heap.references(options.raw);
    answer.facts = description.facts(references ? *references : nullptr);
    answer.votes = description.votes();
    answer.allocation = description.allocation();
    if (references) {
        answer.referrers = description.neighbours(**references, true);
        answer.referents = description.neighbours(**references, false);
    } else {
        answer.notes.push_back(references.error().what);
    }
    return answer;
}

}  // namespace heapkit::analyze

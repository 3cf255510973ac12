// SPDX-License-Identifier: MIT
//
// closure_lines(): blocks that are closures, by their type; coroutine frames, by the line of the coroutine.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/closures.h"

#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "analyze/chains.h"
#include "analyze/closure_kinds.h"
#include "analyze/inserters.h"
#include "analyze/owner_names.h"
#include "analyze/vertex_text.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

using refs::VertexId;
using refs::Vertices;

constexpr int64_t fewest_new = 8;    // closures that a line gained, below which nobody speaks of growth
constexpr int longest_way = 64;      // steps from a closure up to the container that holds it
constexpr size_t most_captures = 8;  // that are named

template <typename Key>
Key most_frequent(const std::unordered_map<Key, int64_t>& counts) {
    return std::max_element(counts.begin(), counts.end(),
                            [](const auto& a, const auto& b) {
                                return a.second != b.second ? a.second < b.second : a.first > b.first;
                            })
        ->first;
}

// The closures of one line in the last heap, by block.
struct Members {
    std::vector<uint32_t> blocks;
    std::unordered_map<uint32_t, int64_t> stacks;
};

class Census {
   public:
    Census(std::span<const Heap* const> heaps, const Ownership& ownership)
        : heaps_(heaps),
          heap_(*heaps.back()),
          ownership_(ownership),
          references_(ownership.references()),
          text_(heap_, references_),
          names_(heap_, references_, text_) {}

    std::vector<ClosureLine> take() {
        for (size_t at = 0; at < heaps_.size(); ++at) count(at);
        std::erase_if(known_, [&](const auto& each) { return lines_[each.second].count() == 0; });
        retain();
        const std::vector<double> seconds = seconds_of(heaps_);
        for (size_t line = 0; line < lines_.size(); ++line) {
            if (lines_[line].count() == 0) continue;
            lines_[line].course = heaps_.size() > 1 ? course_of(lines_[line].counts, seconds) : Course{};
            describe(lines_[line], members_[line]);
        }
        std::erase_if(lines_, [](const ClosureLine& line) { return line.count() == 0; });
        std::stable_sort(lines_.begin(), lines_.end(), [](const ClosureLine& a, const ClosureLine& b) {
            return a.retained.bytes > b.retained.bytes;
        });
        return std::move(lines_);
    }

   private:
    void count(size_t at) {
        const Heap& heap = *heaps_[at];
        const bool is_last = at + 1 == heaps_.size();
        ClosureKinds kinds(heap);
        for (uint32_t block = 0; block < heap.blocks().count(); ++block) {
            const ClosureKinds::Kind* const kind = kinds.of(BlockId(block));
            if (kind == nullptr) continue;
            const auto [entry, is_new] = known_.try_emplace(kind->name, lines_.size());
            if (is_new) {
                lines_.push_back({.name = kind->name,
                                  .type = kind->type,
                                  .counts = Trend(heaps_.size()),
                                  .bytes = Trend(heaps_.size())});
                members_.emplace_back();
            }
            ++lines_[entry->second].counts[at];
            lines_[entry->second].bytes[at] += static_cast<int64_t>(heap.blocks().size_bytes(BlockId(block)));
            if (!is_last) continue;
            members_[entry->second].blocks.push_back(block);
            ++members_[entry->second].stacks[heap.blocks().stack[block]];
        }
    }

    void retain() {
        std::vector<uint32_t> group_of(references_.graph().node_count(), Ownership::no_group);
        for (uint32_t line = 0; line < members_.size(); ++line)
            for (const uint32_t block : members_[line].blocks) group_of[vertex_of(block)] = line;
        const std::vector<Total> retained = ownership_.retained_by(group_of, members_.size());
        for (size_t line = 0; line < lines_.size(); ++line) lines_[line].retained = retained[line];
    }

    uint32_t vertex_of(uint32_t block) const { return references_.vertices().of_block(BlockId(block)).value; }

    void describe(ClosureLine& line, const Members& members) const {
        for (const uint32_t block : members.blocks) line.vertices.push_back(vertex_of(block));
        line.example = *std::max_element(line.vertices.begin(), line.vertices.end(), [&](uint32_t a, uint32_t b) {
            return ownership_.retained(a).bytes < ownership_.retained(b).bytes;
        });
        line.address = text_.address(VertexId(line.example));
        line.captures = captures_of(line.example);
        line.made = call_text(heap_, StackId(most_frequent(members.stacks)));
        for (const auto& stack : members.stacks)
            line.freed += static_cast<int64_t>(heap_.snapshot().stacks()[stack.first].freed_blocks);
        find_holder(line);
        line.only_grows = line.course.grew_at_every_step() && line.course.gain >= fewest_new && !line.holder.empty();
    }

    std::vector<std::string> captures_of(uint32_t vertex) const {
        std::vector<std::string> captures;
        const auto& begin = references_.graph().begin;
        for (uint32_t edge = begin[vertex]; edge < begin[vertex + 1] && captures.size() < most_captures; ++edge) {
            const VertexId to(references_.graph().edges[edge].to());
            const std::string owns = references_.graph().edges[edge].is_strong() ? "" : " (not owned)";
            captures.push_back(fmt::format("{} → {}{}", references_.label(edge), text_.name(to), owns));
        }
        return captures;
    }

    // The nearest container on the way from a root; without one the field that the closure hangs on.
    void find_holder(ClosureLine& line) const {
        std::unordered_map<std::string, int64_t> counts;
        std::unordered_map<std::string, uint32_t> vertices;
        for (const uint32_t closure : line.vertices) {
            const auto [name, vertex] = holder_of(closure);
            if (name.empty()) continue;
            ++counts[name];
            vertices.try_emplace(name, vertex);
        }
        if (counts.empty()) return;
        line.holder = most_frequent(counts);
        line.held_there = counts[line.holder];
        line.holder_vertex = vertices[line.holder];
        if (references_.vertices().kind(VertexId(line.holder_vertex)) == Vertices::Kind::container)
            line.registered = call_text(heap_, heap_.blocks().stack_of(ownership_.first_block(line.holder_vertex)));
    }

    std::pair<std::string, uint32_t> holder_of(uint32_t vertex) const {
        const auto& edge_to = references_.paths().edge_to;
        const uint32_t nearest = edge_to[vertex];
        if (nearest == graph::no_edge) return {};
        for (int step = 0; step < longest_way && edge_to[vertex] != graph::no_edge; ++step) {
            vertex = graph::source_of(references_.graph(), edge_to[vertex]);
            if (references_.vertices().kind(VertexId(vertex)) == Vertices::Kind::container)
                return {names_.of(VertexId(vertex)), vertex};
        }
        return {text_.reference(nearest), graph::source_of(references_.graph(), nearest)};
    }

    const std::span<const Heap* const> heaps_;
    const Heap& heap_;
    const Ownership& ownership_;
    const refs::References& references_;
    const VertexText text_;
    const OwnerNames names_;
    std::vector<ClosureLine> lines_;
    std::vector<Members> members_;
    std::unordered_map<std::string, size_t> known_;
};

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
    return all;
}

Table table_of_lines(const std::vector<ClosureLine>& lines, size_t snapshots, size_t shown) {
    const bool has_change = snapshots > 1, has_trend = snapshots > 2;
    Table table{.title = "By source line", .key = "closures"};
    table.columns = {
        {.name = "", .key = "name"},
        {.name = "count", .key = "count", .unit = Unit::count},
        {.name = "Δ", .key = "count_diff", .unit = Unit::count, .is_delta = true, .is_for_json = !has_change},
        {.name = "trend", .key = "counts", .is_for_json = !has_trend},
        {.name = "retained", .key = "retained", .unit = Unit::bytes},
        {.name = "held by", .key = "held_by"},
        {.name = "", .key = "size", .unit = Unit::bytes, .is_for_json = true},
        {.name = "", .key = "sizes", .is_for_json = true},
        {.name = "", .key = "held_there", .unit = Unit::count, .is_for_json = true},
        {.name = "", .key = "freed", .unit = Unit::count, .is_for_json = true},
        {.name = "", .key = "course", .is_for_json = true},
        {.name = "", .key = "type", .is_for_json = true},
        {.name = "", .key = "address", .unit = Unit::address, .is_for_json = true}};
    table.empty = "No closures are in the heap, as far as types are known.";
    table.rows_left_out = lines.size() - shown;
    for (size_t row = 0; row < shown; ++row) {
        const ClosureLine& line = lines[row];
        table.rows.push_back({line.name, line.count(), line.course.gain, line.counts, line.retained.bytes,
                              line.holder.empty() ? "nothing" : line.holder, line.bytes.back(), line.bytes,
                              line.held_there, line.freed, has_change ? Cell(course_text(line.course)) : Cell(),
                              line.type, static_cast<int64_t>(line.address)});
    }
    return table;
}

Table table_of_captures(const std::vector<ClosureLine>& lines, size_t shown) {
    Table table{.title = "What they capture", .key = "captures"};
    table.columns = {{.name = "", .key = "name"},
                     {.name = "", .key = "captures"},
                     {.name = "", .key = "made_by", .is_for_json = true},
                     {.name = "", .key = "registered_by", .is_for_json = true}};
    table.empty = "They capture no pointers.";
    for (size_t row = 0; row < shown; ++row) {
        const ClosureLine& line = lines[row];
        if (!line.captures.empty())
            table.rows.push_back({line.name, joined(line.captures), line.made, line.registered});
    }
    return table;
}

std::string growth_text(const ClosureLine& line) {
    const std::string freed = line.freed == 0 ? "none was ever freed"
                                              : fmt::format("{} were freed since the start", count_to_text(line.freed));
    const std::string steps = line.course.steps == 1
                                  ? "in one step"
                                  : fmt::format("at every step ({} of {})", line.course.up, line.course.steps);
    return fmt::format("{} → {} {}; {}", count_to_text(line.counts.front()), count_to_text(line.count()), steps, freed);
}

Table facts_of(const ClosureLine& line, size_t number) {
    Table table{.title = fmt::format("{} leaked closure: {}", line.is_doubtful() ? "Perhaps a" : "A", line.name),
                .key = number == 0 ? "leaked" : fmt::format("leaked_{}", number + 1),
                .layout = Table::Layout::facts};
    table.columns = {{.name = "", .key = "what"}, {.name = "", .key = "is"}};
    const auto add = [&](const char* what, std::string is) {
        if (!is.empty()) table.rows.push_back({what, std::move(is)});
    };
    const auto bytes = [](int64_t size) { return size_to_text(size); };
    add("grew", growth_text(line));
    add("keeps alive", fmt::format("{} each, {} all of them", bytes(line.retained_each()), bytes(line.retained.bytes)));
    add("captures", joined(line.captures));
    add("made by", line.made);
    add("held by",
        line.held_there == line.count()
            ? line.holder
            : fmt::format("{} ({} of {})", line.holder, count_to_text(line.held_there), count_to_text(line.count())));
    add("registered by", line.registered);
    return table;
}

}  // namespace

std::vector<ClosureLine> closure_lines(std::span<const Heap* const> heaps, const Ownership& ownership) {
    type_together(heaps);
    return Census(heaps, ownership).take();
}

Result<Closures> closures(std::span<const Heap* const> heaps, const ClosureOptions& options) {
    const Heap& heap = *heaps.back();
    type_together(heaps);
    const auto ownership = Ownership::of(heap);
    if (!ownership) return ownership.error();
    const std::vector<ClosureLine> lines = closure_lines(heaps, *ownership);
    const size_t shown = options.limit == 0 ? lines.size() : std::min(options.limit, lines.size());
    Closures answer{.lines = table_of_lines(lines, heaps.size(), shown),
                    .captures = table_of_captures(lines, shown),
                    .leaked = {},
                    .chains = {},
                    .names = {}};
    for (const ClosureLine& line : lines) {
        if (!line.only_grows) continue;
        answer.names.push_back(line.name);
        answer.leaked.push_back(facts_of(line, answer.leaked.size()));
        auto chain = chains(heap, {.of = {.addresses = {fmt::format("{:#x}", line.address)}}});
        if (!chain) return chain.error();
        for (Net& net : chain->nets) {
            net.title = fmt::format("{} of them {} held like this", count_to_text(line.held_there),
                                    line.held_there == 1 ? "is" : "are");
            answer.chains.push_back(std::move(net));
        }
    }
    return answer;
}

}  // namespace heapkit::analyze

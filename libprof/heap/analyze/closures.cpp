// SPDX-License-Identifier: MIT
//
// closures(): lines of closures as tables, and the chain of each line that only grows.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/closures.h"

#include <fmt/format.h>
#include <algorithm>

#include "analyze/chains.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

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
        {.name = "", .key = "inside", .unit = Unit::count, .is_for_json = true},
        {.name = "", .key = "freed", .unit = Unit::count, .is_for_json = true},
        {.name = "", .key = "course", .is_for_json = true},
        {.name = "", .key = "type", .is_for_json = true},
        {.name = "", .key = "address", .unit = Unit::address, .is_for_json = true}};
    table.empty = "No closures are alive, as far as types are known.";
    table.rows_left_out = lines.size() - shown;
    for (size_t row = 0; row < shown; ++row) {
        const ClosureLine& line = lines[row];
        table.rows.push_back({line.name, line.count(), line.course.gain, line.counts, line.retained.bytes,
                              line.holder.empty() ? "nothing" : line.holder, line.bytes.back(), line.bytes,
                              line.held_there, line.inside, line.freed,
                              has_change ? Cell(course_text(line.course)) : Cell(), line.type,
                              static_cast<int64_t>(line.address)});
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
    const bool is_known = line.inside < line.count();  // what lies in a std::function has no block to be counted by
    const std::string freed = !is_known ? ""
                              : line.freed == 0
                                  ? "; none was ever freed"
                                  : fmt::format("; {} were freed since the start", count_to_text(line.freed));
    const std::string steps = line.course.steps == 1
                                  ? "in one step"
                                  : fmt::format("at every step ({} of {})", line.course.up, line.course.steps);
    return fmt::format("{} → {} {}{}", count_to_text(line.counts.front()), count_to_text(line.count()), steps, freed);
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
    if (line.retained.bytes > 0)
        add("keeps alive",
            fmt::format("{} each, {} all of them", bytes(line.retained_each()), bytes(line.retained.bytes)));
    add("captures", joined(line.captures));
    add("made by", line.made);
    add("lies in", line.member);
    add("held by",
        line.held_there == line.count()
            ? line.holder
            : fmt::format("{} ({} of {})", line.holder, count_to_text(line.held_there), count_to_text(line.count())));
    add("registered by", line.registered);
    return table;
}

}  // namespace

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

// SPDX-License-Identifier: MIT
//
// See evidence.h.
//
// Side: heap, floor 7 (analyze).
#include "analyze/evidence.h"

#include <fmt/format.h>
#include <array>

#include "base/units.h"

namespace heapkit::analyze {
namespace {

using types::Evidence;
using types::Type;

constexpr size_t count = types::evidence_count;

struct Pair {
    int64_t both = 0, same = 0;
};
// Blocks that begin with a vtable of one kind.
struct Polymorphic {
    int64_t blocks = 0, typed = 0;
};
struct Counted {
    std::array<int64_t, count> decided = {}, bytes = {}, said = {};
    std::array<std::array<Pair, count>, count> pairs = {};
    std::array<Polymorphic, types::vtable_kind_count> by_vtable = {};
    int64_t blocks = 0, all_bytes = 0;
};

bool says_type(const Type& type) {
    return type.form == Type::Form::object || type.form == Type::Form::storage || type.form == Type::Form::text;
}

// The same class, whatever else is said of the block: that it is an array of it, or a container's buffer.
bool is_same(const Type& a, const Type& b) {
    const bool have_layouts = a.layout != symbols::DebugTypeId() && b.layout != symbols::DebugTypeId();
    return have_layouts ? a.layout == b.layout : a.name == b.name;
}

void count_votes(const types::Types& types, const std::vector<types::Vote>& votes, Counted& counted) {
    for (size_t first = 0; first < votes.size(); ++first) {
        const Type& type = types.type(votes[first].type);
        if (!says_type(type)) continue;
        ++counted.said[static_cast<size_t>(votes[first].evidence)];
        for (size_t second = first + 1; second < votes.size(); ++second) {
            const Type& other = types.type(votes[second].type);
            if (!says_type(other) || votes[first].evidence == votes[second].evidence) continue;
            Pair& pair =
                counted.pairs[static_cast<size_t>(votes[first].evidence)][static_cast<size_t>(votes[second].evidence)];
            ++pair.both;
            pair.same += is_same(type, other) ? 1 : 0;
        }
    }
}

Counted counted_in(const Heap& heap) {
    const types::Types& types = heap.types();
    Counted counted;
    for (size_t index = 0; index < heap.blocks().count(); ++index) {
        const BlockId block(index);
        const auto bytes = static_cast<int64_t>(heap.blocks().size_bytes(block));
        const auto evidence = static_cast<size_t>(types.evidence(block));
        ++counted.decided[evidence];
        counted.bytes[evidence] += bytes;
        ++counted.blocks;
        counted.all_bytes += bytes;
        count_votes(types, types.votes(block), counted);
        Polymorphic& polymorphic = counted.by_vtable[static_cast<size_t>(types.vtable_kind(block))];
        ++polymorphic.blocks;
        polymorphic.typed += says_type(types.type(types.of(block))) ? 1 : 0;
    }
    return counted;
}

double percent(int64_t part, int64_t whole) {
    return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

Column text(const char* name, const char* key) { return {.name = name, .key = key}; }
Column number(const char* name, const char* key, Unit unit) { return {.name = name, .key = key, .unit = unit}; }

std::string_view to_text(types::VtableKind kind) {
    constexpr std::array<std::string_view, types::vtable_kind_count> texts = {"none",
                                                                              "with RTTI",
                                                                              "without RTTI, with a symbol",
                                                                              "without RTTI and symbol",
                                                                              "of a second base",
                                                                              "of a virtual base",
                                                                              "under construction"};
    return texts[static_cast<size_t>(kind)];
}

Table coverage_of(const Counted& counted) {
    Table table{.title = "Evidence", .key = "evidence", .layout = Table::Layout::columns};
    table.columns = {text("known by", "name"),
                     text("trust", "trust"),
                     number("count", "count", Unit::count),
                     number("of blocks", "blocks_percent", Unit::percent),
                     number("size", "size", Unit::bytes),
                     number("of bytes", "bytes_percent", Unit::percent),
                     number("says a type of", "said", Unit::count)};
    table.empty = "No blocks.";
    for (size_t index = count; index-- > 0;) {
        if (counted.decided[index] == 0 && counted.said[index] == 0) continue;
        const auto evidence = static_cast<Evidence>(index);
        table.rows.push_back({std::string(to_text(evidence)), std::string(to_text(trust_in(evidence))),
                              counted.decided[index], percent(counted.decided[index], counted.blocks),
                              counted.bytes[index], percent(counted.bytes[index], counted.all_bytes),
                              counted.said[index]});
    }
    return table;
}

Table agreement_of(const Counted& counted) {
    Table table{.title = "Agreement", .key = "agreement", .layout = Table::Layout::columns};
    table.columns = {text("one", "one"), text("other", "other"), number("both say a type", "both", Unit::count),
                     number("the same", "same_percent", Unit::percent)};
    table.empty = "No block is known in two ways.";
    for (size_t one = count; one-- > 0;) {
        for (size_t other = count; other-- > 0;) {
            const Pair& pair = counted.pairs[one][other];
            if (pair.both == 0) continue;
            table.rows.push_back({std::string(to_text(static_cast<Evidence>(one))),
                                  std::string(to_text(static_cast<Evidence>(other))), pair.both,
                                  percent(pair.same, pair.both)});
        }
    }
    return table;
}

Table vtables_of(const Counted& counted) {
    Table table{.title = "Vtable", .key = "vtables", .layout = Table::Layout::columns};
    table.columns = {text("begins with a vtable", "kind"), number("count", "count", Unit::count),
                     number("have a type", "typed", Unit::count)};
    table.empty = "No block begins with a vtable.";
    for (size_t index = 1; index < types::vtable_kind_count; ++index) {
        const Polymorphic& polymorphic = counted.by_vtable[index];
        if (polymorphic.blocks == 0) continue;
        table.rows.push_back(
            {std::string(to_text(static_cast<types::VtableKind>(index))), polymorphic.blocks, polymorphic.typed});
    }
    return table;
}

}  // namespace

EvidenceTables evidence_of_types(const Heap& heap) {
    const Counted counted = counted_in(heap);
    return {coverage_of(counted), agreement_of(counted), vtables_of(counted)};
}

std::vector<std::string> missing_types(const Heap& heap) {
    const size_t all = heap.blocks().count();
    size_t typed = 0;
    for (size_t block = 0; block < all; ++block)
        typed += says_type(heap.types().type(heap.types().of(BlockId(block)))) ? 1 : 0;
    if (typed > all / 2) return {};
    const auto rows = heap.snapshot().modules();
    const auto modules = heap.frames().modules();
    for (size_t index = 0; index < rows.size(); ++index) {
        const bool is_executable = (rows[index].flags & PROF_MODULE_EXECUTABLE) != 0;
        const symbols::ModuleSymbols& module = modules[index];
        if (!is_executable || module.source == symbols::ModuleSymbols::Source::debug_information) continue;
        const std::string path(heap.snapshot().string(rows[index].path));
        const std::string why = module.problem.empty() ? "" : fmt::format(" ({})", module.problem);
        return {fmt::format(
            "{} has no debug information{}: {} of {} blocks have a type. A build with -g tells of nearly all.", path,
            why, count_to_text(static_cast<int64_t>(typed)), count_to_text(static_cast<int64_t>(all)))};
    }
    return {};
}

std::vector<std::string> doubted_declarations(const Heap& heap) {
    constexpr size_t most_shown = 3;
    const std::vector<types::DeclaredDoubt> doubts = heap.types().declared_doubts();
    std::vector<std::string> notes;
    for (const types::DeclaredDoubt& doubt : doubts) {
        if (notes.size() == most_shown) {
            notes.push_back(fmt::format("{} more declared types were not believed for such reasons.",
                                        count_to_text(static_cast<int64_t>(doubts.size() - most_shown))));
            break;
        }
        const std::string blocks = count_to_text(static_cast<int64_t>(doubt.blocks));
        notes.push_back(
            doubt.known_bytes != 0
                ? fmt::format("{} was declared with {}, and is known to have {}: the declaration was not believed. "
                              "Blocks of it: {}.",
                              doubt.name, size_to_text(doubt.declared_bytes), size_to_text(doubt.known_bytes), blocks)
                : fmt::format("{} was declared for {} blocks that are no multiple of its {}: not believed of those.",
                              doubt.name, blocks, size_to_text(doubt.declared_bytes)));
    }
    return notes;
}

}  // namespace heapkit::analyze

// SPDX-License-Identifier: MIT
//
// See evidence.h.
//
// Side: heap, floor 7 (analyze).
#include "analyze/evidence.h"

#include <array>

namespace heapkit::analyze {
namespace {

using types::Evidence;
using types::Type;

constexpr size_t count = types::evidence_count;

struct Pair {
    int64_t both = 0, same = 0;
};
struct Counted {
    std::array<int64_t, count> decided = {}, bytes = {}, said = {};
    std::array<std::array<Pair, count>, count> pairs = {};
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
    }
    return counted;
}

double percent(int64_t part, int64_t whole) {
    return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

Column text(const char* name, const char* key) { return {.name = name, .key = key}; }
Column number(const char* name, const char* key, Unit unit) { return {.name = name, .key = key, .unit = unit}; }

}  // namespace

EvidenceTables evidence_of_types(const Heap& heap) {
    const Counted counted = counted_in(heap);
    EvidenceTables tables;
    tables.coverage = {.title = "Evidence", .key = "evidence", .layout = Table::Layout::columns};
    tables.coverage.columns = {text("known by", "name"),
                               text("trust", "trust"),
                               number("count", "count", Unit::count),
                               number("of blocks", "blocks_percent", Unit::percent),
                               number("size", "size", Unit::bytes),
                               number("of bytes", "bytes_percent", Unit::percent),
                               number("says a type of", "said", Unit::count)};
    tables.coverage.empty = "No blocks.";
    for (size_t index = count; index-- > 0;) {
        if (counted.decided[index] == 0 && counted.said[index] == 0) continue;
        const auto evidence = static_cast<Evidence>(index);
        tables.coverage.rows.push_back({std::string(to_text(evidence)), std::string(to_text(trust_in(evidence))),
                                        counted.decided[index], percent(counted.decided[index], counted.blocks),
                                        counted.bytes[index], percent(counted.bytes[index], counted.all_bytes),
                                        counted.said[index]});
    }
    tables.agreement = {.title = "Agreement", .key = "agreement", .layout = Table::Layout::columns};
    tables.agreement.columns = {text("one", "one"), text("other", "other"),
                                number("both say a type", "both", Unit::count),
                                number("the same", "same_percent", Unit::percent)};
    tables.agreement.empty = "No block is known in two ways.";
    for (size_t one = count; one-- > 0;) {
        for (size_t other = count; other-- > 0;) {
            const Pair& pair = counted.pairs[one][other];
            if (pair.both == 0) continue;
            tables.agreement.rows.push_back({std::string(to_text(static_cast<Evidence>(one))),
                                             std::string(to_text(static_cast<Evidence>(other))), pair.both,
                                             percent(pair.same, pair.both)});
        }
    }
    return tables;
}

}  // namespace heapkit::analyze

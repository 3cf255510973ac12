// SPDX-License-Identifier: MIT
//
// Loss records.
//
// Side: heap, floor 7 (analyze).
#include "analyze/leak_groups.h"

#include <optional>
#include <unordered_map>

#include "analyze/sites.h"
#include "analyze/traceback_keys.h"
#include "graph/graph.h"

namespace heapkit::analyze {
namespace {

constexpr size_t grouped_kinds = 4;  // all but suppressed
using SumsOfStack = std::array<LeakSum, grouped_kinds>;

bool is_counted(const Counted& counted, size_t block) { return counted.empty() || counted[block]; }

Total one_block(const read::Blocks& blocks, size_t block) {
    return {.bytes = static_cast<int64_t>(blocks.size_bytes(BlockId(block))), .blocks = 1};
}

std::vector<SumsOfStack> sums_by_stack(const Heap& heap, const Verdicts& verdicts, const Counted& counted) {
    const read::Blocks& blocks = heap.blocks();
    constexpr auto definite = static_cast<size_t>(LeakKind::definite);
    std::vector<SumsOfStack> sums(heap.snapshot().stacks().size());
    for (size_t block = 0; block < blocks.count(); ++block) {
        const LeakKind kind = verdicts.of[block];
        if (kind == LeakKind::suppressed || !is_counted(counted, block)) continue;
        LeakSum& own = sums[blocks.stack[block]][static_cast<size_t>(kind)];
        own.direct += one_block(blocks, block);
        own.cycles += verdicts.is_in_cycle[block];
        const uint32_t head = verdicts.head_of[block];
        if (kind == LeakKind::indirect && head != graph::no_node)
            sums[blocks.stack[head]][definite].indirect += one_block(blocks, block);
    }
    return sums;
}

// Names stacks: equal keys are one group, in two heaps too.
class Namer {
   public:
    Namer(const Heap& heap, const LeakGrouping& grouping)
        : heap_(heap), sites_(heap, {.raw_frames = grouping.raw_frames}) {
        if (grouping.by_traceback) keys_.emplace(heap);
    }
    Group name(StackId stack) const {
        Group group;
        group.example = stack;
        if (const auto site = sites_.of(stack)) group.place = place_of(heap_, *site);
        const Place& place = group.place;
        if (keys_)
            group.key = keys_->of(stack);
        else
            group.key = place.file.empty() ? place.function + '\n' + place.module
                                           : place.file + ':' + std::to_string(place.line);
        return group;
    }

   private:
    const Heap& heap_;
    const Sites sites_;
    std::optional<TracebackKeys> keys_;
};

}  // namespace

LeakSum& LeakSum::operator+=(const LeakSum& other) noexcept {
    direct += other.direct;
    indirect += other.indirect;
    cycles += other.cycles;
    return *this;
}

std::array<Total, leak_kind_count> totals_by_kind(const read::Blocks& blocks, const Verdicts& verdicts,
                                                  const Counted& counted) {
    std::array<Total, leak_kind_count> totals;
    for (size_t block = 0; block < blocks.count(); ++block)
        if (is_counted(counted, block)) totals[static_cast<size_t>(verdicts.of[block])] += one_block(blocks, block);
    return totals;
}

std::vector<LeakGroup> leak_groups(const Heap& heap, const Verdicts& verdicts, const Counted& counted,
                                   const LeakGrouping& grouping) {
    const Namer namer(heap, grouping);
    const std::vector<SumsOfStack> sums = sums_by_stack(heap, verdicts, counted);
    std::vector<LeakGroup> groups;
    std::unordered_map<std::string, size_t> index;
    for (size_t stack = 0; stack < sums.size(); ++stack) {
        std::optional<Group> named;
        for (size_t kind = 0; kind < grouped_kinds; ++kind) {
            if (sums[stack][kind].is_empty()) continue;
            if (!named) named = namer.name(StackId(stack));
            std::string key = static_cast<char>('0' + kind) + named->key;
            const auto [known, is_new] = index.try_emplace(std::move(key), groups.size());
            if (is_new) {
                groups.push_back({.what = *named, .kind = static_cast<LeakKind>(kind), .sum = {}});
                groups.back().what.key = known->first;
            }
            groups[known->second].sum += sums[stack][kind];
        }
    }
    return groups;
}

}  // namespace heapkit::analyze

// SPDX-License-Identifier: MIT
//
// Loss records.
//
// Side: heap, floor 7 (analyze).
#include "analyze/leak_groups.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "analyze/leak_types.h"
#include "analyze/sites.h"
#include "analyze/traceback_keys.h"
#include "graph/graph.h"
#include "refs/roots.h"

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
        if (const auto site = sites_.of(stack)) {
            group.place = place_of(heap_, *site);
            group.short_name = short_name(heap_, *site);
            if (keys_) group.site = site;
        }
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

// "Registry::by_id_", "stack slot of serve()", "libserver.so+0x4010"; without `variables` always the last.
std::string root_name(const Heap& heap, const prof_root& root, uint64_t offset_bytes,
                      const refs::Variables* variables) {
    if (variables != nullptr) {
        if (const auto variable = variables->at(root, offset_bytes)) {
            const refs::Variables::Name name = variables->name(variable->is);
            return name.own + name.scope;
        }
        if (std::string slot = variables->slot_name(root, offset_bytes); !slot.empty()) return slot;
    }
    return refs::name_of(heap.snapshot(), root, offset_bytes);
}

// Names of variables need debug information, which is read where types are wanted, too.
const refs::Variables* variables_for(const Heap& heap, const LeakGrouping& grouping) {
    if (!grouping.typed.reachable) return nullptr;
    const auto references = heap.references();
    return references ? &(*references)->variables() : nullptr;
}

// One pass over the blocks: how many bytes of each group hang on each word of a root.
void name_roots(const GroupedBlocks& grouped, const LeakGrouping& grouping, std::vector<LeakGroup>& groups) {
    const auto& [heap, verdicts, counted, groups_of_stack] = grouped;
    const read::Blocks& blocks = heap.blocks();
    std::vector<std::unordered_map<uint32_t, Total>> held(groups.size());  // by word
    for (size_t block = 0; block < verdicts.roots.of.size(); ++block) {
        const uint32_t word = verdicts.roots.of[block];
        if (word == graph::no_node || verdicts.of[block] == LeakKind::suppressed || !is_counted(counted, block))
            continue;
        const uint32_t group = groups_of_stack[blocks.stack[block]][static_cast<size_t>(verdicts.of[block])];
        held[group][word] += one_block(blocks, block);
    }
    const auto words = heap.words();
    if (!words) return;
    const refs::Variables* const variables = variables_for(heap, grouping);
    for (size_t group = 0; group < groups.size(); ++group) {
        uint32_t most = graph::no_node;
        const auto rank = [&](uint32_t word) {
            const Total& total = held[group].at(word);
            return std::tuple(total.bytes, total.blocks, ~word);
        };
        for (const auto& [word, total] : held[group])
            if (most == graph::no_node || rank(word) > rank(most)) most = word;
        groups[group].roots = static_cast<int64_t>(held[group].size());
        if (most == graph::no_node) continue;
        const refs::RootWord& word = verdicts.roots.words[most];
        groups[group].root = root_name(heap, words->roots[word.root], word.offset_bytes, variables);
    }
}

// Types and references are built for it when there is anything to say.
std::optional<Error> describe(const GroupedBlocks& blocks, const LeakGrouping& grouping,
                              std::vector<LeakGroup>& groups) {
    const auto has = [&](const LeakKinds& kinds) {
        return std::any_of(groups.begin(), groups.end(), [&](const LeakGroup& group) { return kinds.has(group.kind); });
    };
    if (has(grouping.typed)) name_types(blocks, grouping.typed, groups);
    if (grouping.finds_holders && has({.definite = false, .indirect = true, .possible = false}))
        return name_holders(blocks, groups);
    return std::nullopt;
}

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

Result<std::vector<LeakGroup>> leak_groups(const Heap& heap, const Verdicts& verdicts, const Counted& counted,
                                           const LeakGrouping& grouping) {
    const Namer namer(heap, grouping);
    const std::vector<SumsOfStack> sums = sums_by_stack(heap, verdicts, counted);
    std::vector<LeakGroup> groups;
    std::unordered_map<std::string, size_t> index;
    std::vector<GroupsOfStack> groups_of_stack(sums.size());
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
            LeakGroup& group = groups[known->second];
            group.sum += sums[stack][kind];
            if (sums[stack][kind].bytes() > group.bytes_of_stack) {
                group.stack = StackId(stack);
                group.bytes_of_stack = sums[stack][kind].bytes();
            }
            groups_of_stack[stack][kind] = static_cast<uint32_t>(known->second);
        }
    }
    const GroupedBlocks blocks = {heap, verdicts, counted, groups_of_stack};
    name_roots(blocks, grouping, groups);
    if (auto error = describe(blocks, grouping, groups)) return *std::move(error);
    return groups;
}

}  // namespace heapkit::analyze

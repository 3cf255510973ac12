// SPDX-License-Identifier: MIT
//
// leaks(): verdicts, added up, and compared with older ones. Tables are made in leak_tables.cpp.
//
// Side: heap, floor 7 (analyze).
#include "analyze/leaks.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "analyze/born.h"
#include "analyze/leak_notes.h"
#include "analyze/leak_tables.h"

namespace heapkit::analyze {
namespace {

Result<Verdicts> judge(const Heap& heap, const LeakOptions& options) {
    VerdictOptions how{.heuristics = options.heuristics, .finds_roots = options.kinds.reachable};
    if (!options.suppressions.empty()) how.suppression_of_stack = suppression_of_stacks(heap, options.suppressions);
    return verdicts_of(heap.snapshot(), how);
}

Result<JudgedHeap> added_up(const Heap& heap, const Verdicts& verdicts, const Counted& counted,
                            const LeakGrouping& grouping) {
    auto groups = leak_groups(heap, verdicts, counted, grouping);
    if (!groups) return groups.error();
    return JudgedHeap{.totals = totals_by_kind(heap.blocks(), verdicts, counted), .groups = *std::move(groups)};
}

std::optional<Error> refusal(const LeakOptions& options) {
    const bool compares = options.only_new || options.only_increased;
    if (compares && options.older == nullptr) {
        return Error{"there is no older snapshot to compare with",
                     "Name two: the one to judge, then an older one of the same run."};
    }
    if (options.only_new && options.only_increased) {
        return Error{"new blocks are an increase all of them", "Ask for what is new or for what has increased."};
    }
    if (options.only_new && options.older->snapshot().process().run_id != options.heap->snapshot().process().run_id) {
        return Error{"the two snapshots are of different runs; which blocks are new can be told within one run only",
                     "Ask for what has increased instead: call stacks can be compared across runs."};
    }
    return std::nullopt;
}

std::vector<LeakRow> rows_of(const JudgedHeap& now, const JudgedHeap& before, const LeakOptions& options) {
    std::unordered_map<std::string_view, const LeakGroup*> known;
    for (const LeakGroup& group : before.groups) known.emplace(group.what.key, &group);
    std::vector<LeakRow> rows;
    for (const LeakGroup& group : now.groups) {
        if (!options.kinds.has(group.kind)) continue;
        LeakRow row{.group = &group, .before = {}};
        if (const auto found = known.find(group.what.key); found != known.end()) row.before = found->second->sum;
        if (!options.only_increased || row.has_grown()) rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end(), [](const LeakRow& a, const LeakRow& b) {
        const auto rank = [](const LeakRow& row) {
            return std::tuple(-row.group->sum.bytes(), -row.group->sum.direct.blocks);
        };
        return std::tuple(rank(a), std::string_view(a.group->what.key)) <
               std::tuple(rank(b), std::string_view(b.group->what.key));
    });
    return rows;
}

std::vector<std::string> notes_of(const LeakOptions& options, const Verdicts& verdicts) {
    std::vector<std::string> notes = doubt_notes(verdicts);
    for (std::string& note : unused_suppression_notes(options.suppressions, verdicts)) notes.push_back(std::move(note));
    for (std::string& note : leak_loss_notes(*options.heap)) notes.push_back(std::move(note));
    return notes;
}

// What a picture shows of it. An indirectly lost block says less than the one that it hangs on.
std::optional<BlockId> example_of(const read::Blocks& blocks, const Verdicts& verdicts, const Counted& counted,
                                  const LeakKinds& kinds) {
    for (const LeakKind kind : {LeakKind::definite, LeakKind::possible}) {
        std::unordered_map<uint32_t, uint64_t> bytes_of_stack;
        std::optional<BlockId> best;
        const auto each = [&](auto&& take) {
            for (size_t index = 0; kinds.has(kind) && index < verdicts.of.size(); ++index)
                if (verdicts.of[index] == kind && (counted.empty() || counted[index])) take(BlockId(index));
        };
        each([&](BlockId block) { bytes_of_stack[blocks.stack[block.index()]] += blocks.size_bytes(block); });
        const auto rank = [&](BlockId block) { return bytes_of_stack[blocks.stack[block.index()]]; };
        each([&](BlockId block) {
            if (!best || rank(block) > rank(*best)) best = block;
        });
        if (best) return best;
    }
    return std::nullopt;
}

}  // namespace

Result<Leaks> leaks(const LeakOptions& options) {
    if (auto refused = refusal(options)) return *refused;
    LeakGrouping grouping = {.by_traceback = options.by_traceback, .raw_frames = options.rows.raw_frames};
    JudgedHeap before;
    std::vector<std::string> doubts_before;
    if (options.shows_differences()) {
        const auto verdicts = judge(*options.older, options);
        if (!verdicts) return verdicts.error();
        auto added = added_up(*options.older, *verdicts, {}, grouping);
        if (!added) return added.error();
        before = *std::move(added);
        doubts_before = doubt_notes(*verdicts);
    }
    const auto verdicts = judge(*options.heap, options);
    if (!verdicts) return verdicts.error();
    Counted counted;
    if (options.only_new) counted = born_between(options.older->blocks(), options.heap->blocks());
    if (options.finds_types) grouping.typed = options.kinds;
    grouping.finds_holders = options.finds_holders && options.kinds.indirect;
    const auto now = added_up(*options.heap, *verdicts, counted, grouping);
    if (!now) return now.error();
    const std::vector<LeakRow> rows = rows_of(*now, before, options);

    Leaks answer;
    for (const LeakRow& row : rows) answer.blocks += row.group->sum.direct.blocks + row.group->sum.indirect.blocks;
    answer.totals = leak_totals_table(*now, before, options);
    answer.groups = leak_groups_table(rows, options);
    answer.suppressions = suppressions_table(options.heap->blocks(), *verdicts, counted, options.suppressions);
    answer.doubtful_blocks = static_cast<int64_t>(verdicts->motion_doubt.heads + verdicts->register_doubt.heads);
    answer.example = example_of(options.heap->blocks(), *verdicts, counted, options.kinds);
    answer.notes = notes_of(options, *verdicts);
    for (const std::string& note : doubts_before) answer.notes.push_back("In the older snapshot: " + note);
    return answer;
}

}  // namespace heapkit::analyze

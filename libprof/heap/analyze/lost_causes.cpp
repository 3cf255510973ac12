// SPDX-License-Identifier: MIT
//
// Causes that nothing holds: cycles of owners, and blocks that are lost, as far as there are more of them than before.
//
// Side: heap, floor 7 (analyze).
#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>

#include "analyze/causes.h"
#include "analyze/cycles.h"
#include "analyze/inserters.h"
#include "analyze/leak_groups.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

constexpr int64_t fewest_lost = 8;      // blocks or cycles more than before, to speak of growth
constexpr int64_t fewest_of_one = 100;  // in one snapshot, where nothing says whether it grows
constexpr int64_t least_bytes_of_one = 64 * 1024;
constexpr int64_t share_of_one = 100;  // or the 100th part of what is live there
constexpr size_t most_leaks = 4;       // that are causes of their own

std::string count_text(int64_t count) { return count_to_text(count); }

// Figures of what has one name, in the first snapshot and in the last.
struct Change {
    int64_t before = 0, after = 0;              // how many
    int64_t bytes_before = 0, bytes_after = 0;  // of one heap: nothing was before
    int64_t gain() const noexcept { return after - before; }
    int64_t bytes_gain() const noexcept { return bytes_after - bytes_before; }
};

bool speaks_for_itself(const Case& question, const Change& change) {
    if (question.has_growth()) return change.gain() >= fewest_lost && question.is_worth_it(change.bytes_gain());
    const auto live = static_cast<int64_t>(question.last.snapshot().process().live_bytes);
    const bool are_many = change.after >= fewest_of_one && change.bytes_after >= least_bytes_of_one;
    return are_many || change.bytes_after * share_of_one >= live;
}

std::string change_text(const Case& question, const Change& change, const char* what) {
    if (!question.has_growth())
        return fmt::format("{} {}, {}", count_text(change.after), what, size_to_text(change.bytes_after));
    return fmt::format("{} → {} {}, {} → {}", count_text(change.before), count_text(change.after), what,
                       size_to_text(change.bytes_before), size_to_text(change.bytes_after));
}

// ---- Cycles --------------------------------------------------------------------------------------------------------

std::unordered_map<std::string, Change> cycles_before(const Case& question) {
    std::unordered_map<std::string, Change> known;
    if (!question.has_growth()) return known;
    const auto found = cycles(*question.heaps.front(), {.limit = 0});
    if (!found) return known;
    for (const CycleKind& kind : found->kinds) known[kind.fields] = {.after = kind.cycles, .bytes_after = kind.bytes};
    return known;
}

// Whether any is a cause, so that the lost blocks that stand for cycles are told.
bool add_cycles(const Case& question, Causes& found) {
    auto now = cycles(question.last, {.limit = 0});
    if (!now) return false;
    const auto before = cycles_before(question);
    bool is_told = false;
    for (CycleKind& kind : now->kinds) {
        Change change{.after = kind.cycles, .bytes_after = kind.bytes};
        if (const auto known = before.find(kind.fields); known != before.end()) {
            change.before = known->second.after;
            change.bytes_before = known->second.bytes_after;
        }
        if (!speaks_for_itself(question, change)) continue;
        Cause cause{.kind = "cycle",
                    .title = kind.is_sure ? "Objects that own each other, and that nothing else holds"
                                          : "Objects that point at each other, and that nothing else holds",
                    .name = kind.fields,
                    .confidence = kind.is_sure ? Confidence::certain : Confidence::likely,
                    .bytes = change.bytes_gain(),
                    .facts = empty_facts()};
        add_fact(cause.facts, "closed by", kind.fields);
        add_fact(cause.facts, "grew", change_text(question, change, "cycles"));
        for (const NetNode& node : kind.net.nodes)
            if (node.lines.back().starts_with("allocated "))
                add_fact(cause.facts, "made", fmt::format("{}: {}", node.lines.front(), node.lines.back()));
        add_fact(cause.facts, "held by", "nothing but each other");
        add_fact(cause.facts, "to mend",
                 kind.is_sure ? "make one of these fields a std::weak_ptr"
                              : "free them where the last reference from outside goes");
        cause.picture = std::move(kind.net);
        cause.command = "cycles";
        found.causes.push_back(std::move(cause));
        is_told = true;
    }
    return is_told;
}

// ---- Leaks ---------------------------------------------------------------------------------------------------------

struct Judged {
    std::vector<LeakGroup> groups;
    bool is_doubtful = false;
    std::vector<uint32_t> lost;  // blocks: no other cause is to explain them
};

Result<Judged> judge(const Heap& heap) {
    const auto verdicts = verdicts_of(heap.snapshot(), {});
    if (!verdicts) return verdicts.error();
    auto groups = leak_groups(heap, *verdicts, {}, {.typed = {.definite = true, .possible = false}});
    if (!groups) return groups.error();
    Judged judged{.groups = *std::move(groups),
                  .is_doubtful = verdicts->motion_doubt.heads > 0 || !verdicts->register_doubt.is_empty(),
                  .lost = {}};
    for (uint32_t block = 0; block < verdicts->of.size(); ++block)
        if (verdicts->of[block] == LeakKind::definite || verdicts->of[block] == LeakKind::indirect)
            judged.lost.push_back(block);
    return judged;
}

std::string place_text(const Group& group) {
    const Place& place = group.place;
    if (place.file.empty()) return fmt::format("{} ({})", place.function, place.module);
    return fmt::format("{} {}:{}", group.short_name, place.file.substr(place.file.rfind('/') + 1), place.line);
}

// With the caller of most of them: who cleans up after a constructor is who called it.
std::string allocated_text(const Heap& heap, const LeakGroup& group) {
    const double share = 100 * static_cast<double>(group.bytes_of_stack) / static_cast<double>(group.sum.bytes());
    const std::string called = call_text(heap, group.stack);
    if (called.empty()) return place_text(group.what);
    return group.bytes_of_stack == group.sum.bytes() ? called : fmt::format("{} ({:.0f} %)", called, share);
}

Change now_of(const LeakGroup& group) { return {.after = group.sum.direct.blocks, .bytes_after = group.sum.bytes()}; }

Cause cause_of(const Case& question, const LeakGroup& group, const Change& change, bool is_doubtful) {
    Cause cause{.kind = "leak",
                .title = "Blocks that were never freed, and that nothing holds any more",
                .name = place_text(group.what),
                .confidence = is_doubtful ? Confidence::likely : Confidence::certain,
                .bytes = change.bytes_gain(),
                .facts = empty_facts()};
    add_fact(cause.facts, "type", group.type);
    add_fact(cause.facts, "lost", change_text(question, change, "blocks"));
    if (group.sum.indirect.blocks > 0)
        add_fact(cause.facts, "with them",
                 fmt::format("{} blocks that hang on them, {}", count_text(group.sum.indirect.blocks),
                             size_to_text(group.sum.indirect.bytes)));
    add_fact(cause.facts, "allocated", allocated_text(question.last, group));
    add_fact(cause.facts, "held by", "nothing");
    cause.command = "leaks";
    cause.arguments = {"--traceback"};
    return cause;
}

void add_leaks(Case& question, bool cycles_are_told, Causes& found) {
    const auto now = judge(question.last);
    if (!now) {
        found.not_sure.push_back(fmt::format("What is lost: {}.", now.error().what));
        return;
    }
    question.explain(now->lost);
    std::unordered_map<std::string, Change> before;
    if (question.has_growth())
        if (const auto then = judge(*question.heaps.front()))
            for (const LeakGroup& group : then->groups) before[group.what.key] = now_of(group);
    Change rest;
    std::vector<Cause> causes;
    for (const LeakGroup& group : now->groups) {
        if (group.kind != LeakKind::definite || (cycles_are_told && group.sum.cycles > 0)) continue;
        Change change = now_of(group);
        if (const auto known = before.find(group.what.key); known != before.end()) {
            change.before = known->second.after;
            change.bytes_before = known->second.bytes_after;
        }
        if (speaks_for_itself(question, change)) {
            causes.push_back(cause_of(question, group, change, now->is_doubtful));
        } else {
            rest.after += change.after;
            rest.bytes_after += change.bytes_after;
        }
    }
    std::stable_sort(causes.begin(), causes.end(), [](const Cause& a, const Cause& b) { return a.bytes > b.bytes; });
    if (causes.size() > most_leaks) {
        found.not_sure.push_back(fmt::format("{} lines more lose blocks: heapkit leaks.",
                                             count_text(static_cast<int64_t>(causes.size() - most_leaks))));
        causes.resize(most_leaks);
    }
    for (Cause& cause : causes) found.causes.push_back(std::move(cause));
    if (rest.after > 0)
        found.not_causes.push_back(fmt::format("{} lost in {} {}{}.", size_to_text(rest.bytes_after),
                                               count_text(rest.after), rest.after == 1 ? "block" : "blocks",
                                               question.has_growth() ? ", hardly more than before" : ""));
}

}  // namespace

void add_lost_causes(Case& question, Causes& found) { add_leaks(question, add_cycles(question, found), found); }

}  // namespace heapkit::analyze

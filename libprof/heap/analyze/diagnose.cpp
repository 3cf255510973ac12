// SPDX-License-Identifier: MIT
//
// diagnose(): asks for causes of each kind, ranks them, and says the rest.
//
// Side: heap, floor 7 (analyze). Keys are promised in docs/json.md.
#include "analyze/diagnose.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <numeric>

#include "analyze/doubts.h"
#include "analyze/heading.h"
#include "analyze/losses.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

constexpr double nanoseconds_a_second = 1e9;
constexpr size_t title_width = 62;
constexpr int64_t least_growth = 4096, least_share = 1000;  // bytes, and a thousandth of the heap: to speak of a rate

std::string number_text(size_t number) {
    static constexpr std::array<const char*, 10> words = {"No",   "One", "Two",   "Three", "Four",
                                                          "Five", "Six", "Seven", "Eight", "Nine"};
    return number < words.size() ? words[number] : std::to_string(number);
}

// Who is sure of a few bytes comes behind who is fairly sure of many: bytes weigh, confidence weighs twice a step.
int64_t rank(const Cause& cause) { return cause.bytes << (2 * static_cast<unsigned>(cause.confidence)); }

double seconds_between(std::span<const Heap* const> heaps) {
    const std::vector<double> seconds = seconds_of(heaps);
    return seconds.back() - seconds.front();
}

std::string growth_text(const Case& question) {
    const Subject subject = subject_of(question.last);
    const Course& live = question.live;
    const double seconds = seconds_between(question.heaps);
    const auto bytes = static_cast<int64_t>(question.last.snapshot().process().live_bytes);
    if (live.gain <= std::max(least_growth, bytes / least_share))
        return fmt::format("{} {} in {} ({}).", subject.program, live.gain <= 0 ? "did not grow" : "hardly grew",
                           duration_to_text(seconds * nanoseconds_a_second), size_delta_to_text(live.gain));
    const std::string steps = live.steps > 1 ? fmt::format(", {}", course_text(live)) : "";
    return fmt::format("{} gained {} in {}, {}{}.", subject.program, size_to_text(live.gain),
                       duration_to_text(seconds * nanoseconds_a_second), rate_text(live.per_second), steps);
}

std::string verdict_of_one(const std::vector<Cause>& causes) {
    const auto is_suspect = [](const Cause& cause) { return cause.is_suspect; };
    const auto suspects = static_cast<size_t>(std::count_if(causes.begin(), causes.end(), is_suspect));
    const size_t wrong = causes.size() - suspects;
    const auto things = [](size_t count, const char* what) {
        return fmt::format("{} thing{} {}", number_text(count), count == 1 ? " is" : "s are", what);
    };
    std::string found = wrong == 0 ? "Nothing in it is wrong by itself" : things(wrong, "wrong in it");
    if (suspects > 0) found += ". " + things(suspects, "suspicious");
    return found + "; whether it grows, a second snapshot would say.";
}

std::string verdict_of(const Case& question, const std::vector<Cause>& causes) {
    const size_t count = causes.size();
    if (!question.has_growth()) return verdict_of_one(causes);
    const std::string grew = growth_text(question);
    if (count == 0) return grew + " No problem found.";
    const auto explained = std::accumulate(causes.begin(), causes.end(), int64_t{0},
                                           [](int64_t sum, const Cause& cause) { return sum + cause.bytes; });
    const std::string word = fmt::format("{} cause{}", number_text(count), count == 1 ? "" : "s");
    if (question.live.gain <= 0) return fmt::format("{} {} found all the same.", grew, word);
    const double share =
        std::min(100.0, 100 * static_cast<double>(explained) / static_cast<double>(question.live.gain));
    return fmt::format("{} {} explain{} {:.0f} % of it.", grew, word, count == 1 ? "s" : "", share);
}

std::string rate_of(const Case& question, const Cause& cause) {
    const double seconds = question.has_growth() ? seconds_between(question.heaps) : 0;
    if (seconds <= 0) return size_to_text(cause.bytes);
    return rate_text(static_cast<double>(cause.bytes) / seconds);
}

// "1  A cache that never evicts                                       19.1 MiB a minute, certain"
std::string title_of(const Case& question, const Cause& cause, size_t number) {
    return fmt::format("{}  {:<{}} {}, {}", number, cause.title, title_width, rate_of(question, cause),
                       to_text(cause.confidence));
}

Table ranking_of(const Case& question, const std::vector<Cause>& causes) {
    Table table{.title = "Causes", .key = "causes"};
    table.columns = {{.name = "", .key = "kind"},
                     {.name = "", .key = "name"},
                     {.name = "", .key = "title"},
                     {.name = "", .key = "confidence"},
                     {.name = "gained", .key = "size_diff", .unit = Unit::bytes},
                     {.name = "a second", .key = "per_second", .unit = Unit::bytes}};
    table.empty = "No causes.";
    const double seconds = question.has_growth() ? seconds_between(question.heaps) : 0;
    for (const Cause& cause : causes)
        table.rows.push_back({cause.kind, cause.name, cause.title, std::string(to_text(cause.confidence)), cause.bytes,
                              seconds > 0 ? Cell(static_cast<double>(cause.bytes) / seconds) : Cell()});
    return table;
}

// "Types: 99.4 % of blocks (certain 31 %, high 66 %, a guess 2 %)."
std::string types_note(const Heap& heap) {
    std::array<size_t, 5> by_trust = {};
    const size_t blocks = heap.blocks().count();
    for (size_t block = 0; block < blocks; ++block)
        ++by_trust[static_cast<size_t>(types::trust_in(heap.types().evidence(BlockId(block))))];
    if (blocks == 0) return "";
    const auto share = [&](types::Trust trust) {
        return 100 * static_cast<double>(by_trust[static_cast<size_t>(trust)]) / static_cast<double>(blocks);
    };
    using types::Trust;
    size_t places = 0;
    for (size_t block = 0; block < blocks; ++block)
        places += heap.types().evidence(BlockId(block)) <= types::Evidence::allocation_site;
    return fmt::format("Types: {:.1f} % of blocks have one; of {:.0f} % it is certain, of {:.0f} % sure enough.",
                       100 - 100 * static_cast<double>(places) / static_cast<double>(blocks), share(Trust::certain),
                       share(Trust::high) + share(Trust::medium));
}

std::vector<std::string> notes_of(const Case& question, const Causes& found) {
    std::vector<std::string> notes;
    for (const std::string& each : found.not_causes) notes.push_back("Not a cause: " + each);
    for (const std::string& each : found.not_sure) notes.push_back("Not sure: " + each);
    if (question.has_growth() && !question.is_one_run)
        notes.push_back("Not sure: the snapshots are of different runs, so that which blocks are new is not known.");
    if (question.has_growth() && question.heaps.size() == 2 && !found.causes.empty())
        notes.push_back("Not sure: two snapshots are one step; a third one would tell growth from a burst.");
    for (std::string& each : modules_without_lines(question.last)) notes.push_back("Not sure: " + std::move(each));
    notes.push_back(types_note(question.last));
    for (std::string& each : loss_notes(question.heaps, on_counts | on_stacks | on_types))
        notes.push_back(std::move(each));
    return notes;
}

}  // namespace

Diagnosis diagnose(std::span<const Heap* const> heaps) {
    type_together(heaps);
    auto ownership = Ownership::of(*heaps.back());
    Case question(heaps, ownership ? &*ownership : nullptr);
    Causes found;
    if (!ownership) found.not_sure.push_back(fmt::format("Who holds what: {}.", ownership.error().what));
    add_lost_causes(question, found);
    add_held_causes(question, found);
    add_suspects(question, found);
    add_other_causes(question, found);
    std::stable_sort(found.causes.begin(), found.causes.end(),
                     [](const Cause& a, const Cause& b) { return rank(a) > rank(b); });
    for (size_t index = 0; index < found.causes.size(); ++index) {
        Cause& cause = found.causes[index];
        cause.facts.key = fmt::format("cause_{}", index + 1);
        cause.facts.title = title_of(question, cause, index + 1);
        if (cause.picture) cause.picture->key = fmt::format("picture_{}", index + 1);
    }
    Diagnosis diagnosis{.verdict = verdict_of(question, found.causes),
                        .causes = {},
                        .ranking = ranking_of(question, found.causes),
                        .notes = notes_of(question, found)};
    diagnosis.causes = std::move(found.causes);
    return diagnosis;
}

}  // namespace heapkit::analyze

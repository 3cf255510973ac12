// SPDX-License-Identifier: MIT
//
// Causes that nothing else explains: types of which there are more and more, with the line that makes them and the
// chain that most of them are held by. Structures of C, lists that are no container to us, and whatever has no type.
//
// Side: heap, floor 7 (analyze).
#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>

#include "analyze/causes.h"
#include "analyze/chains.h"
#include "analyze/inserters.h"
#include "analyze/vertex_text.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

constexpr size_t most_causes = 3;
constexpr size_t most_samples = 200;  // whose chains are asked for
constexpr int64_t fewest_blocks = 8;
constexpr int64_t least_bytes = 64 * 1024;  // at one step, where there is no course to see
constexpr int64_t share_of_live = 20;       // what is not to be spoken of: less than so much of the heap

struct OfType {
    std::string name;
    Trend blocks, bytes;
    bool is_part = false;                   // text or storage: what objects consist of
    std::vector<uint32_t> open;             // blocks of the last heap
    int64_t open_bytes = 0, new_bytes = 0;  // of open blocks, of all new ones
};

std::vector<Total> totals_by_type(const Heap& heap) {
    std::vector<Total> totals(heap.types().count());
    for (size_t block = 0; block < heap.blocks().count(); ++block) {
        totals[heap.types().of(BlockId(block)).index()] += counted(heap.blocks(), BlockId(block));
    }
    return totals;
}

std::vector<OfType> types_of(const Case& question) {
    std::vector<OfType> found;
    std::unordered_map<std::string, size_t> known;
    for (size_t at = 0; at < question.heaps.size(); ++at) {
        const Heap& heap = *question.heaps[at];
        const std::vector<Total> totals = totals_by_type(heap);
        for (size_t type = 0; type < totals.size(); ++type) {
            if (totals[type].blocks == 0) continue;
            const std::string& name = heap.types().type(types::TypeId(type)).full_name;
            const auto [entry, is_new] = known.try_emplace(name, found.size());
            if (is_new) {
                const types::Type& as = heap.types().type(types::TypeId(type));
                found.push_back({.name = as.name,
                                 .blocks = Trend(question.heaps.size()),
                                 .bytes = Trend(question.heaps.size()),
                                 .open = {}});
                found.back().is_part = as.form == types::Type::Form::storage || as.form == types::Type::Form::text;
            }
            OfType& of = found[entry->second];
            of.blocks[at] += totals[type].blocks;
            of.bytes[at] += totals[type].bytes;
        }
    }
    const Heap& last = question.last;
    for (uint32_t block = 0; block < last.blocks().count(); ++block) {
        if (!question.is_new(block)) continue;
        const int64_t bytes = counted(last.blocks(), BlockId(block)).bytes;
        OfType& of = found[known.at(last.types().type(last.types().of(BlockId(block))).full_name)];
        of.new_bytes += bytes;
        if (!question.is_open(block)) continue;
        of.open.push_back(block);
        of.open_bytes += bytes;
    }
    return found;
}

// What a type gained, as far as no other cause has it: of its new blocks those that are another's are no gain of its
// own, and neither are those that took the place of old ones.
int64_t gain_of(const OfType& of) {
    const int64_t explained = of.new_bytes - of.open_bytes;
    return std::min(of.bytes.back() - of.bytes.front() - explained, of.open_bytes);
}

// The blocks of a type with all that only they keep alive.
std::vector<uint32_t> with_content(const Case& question, const OfType& of) {
    if (question.ownership == nullptr) return of.open;
    std::vector<uint32_t> vertices;
    for (const uint32_t block : of.open)
        vertices.push_back(question.ownership->references().vertices().of_block(BlockId(block)).value);
    return question.open_blocks_below(vertices);
}

uint32_t commonest_stack(const Heap& heap, std::span<const uint32_t> blocks) {
    std::unordered_map<uint32_t, size_t> counts;
    for (const uint32_t block : blocks) ++counts[heap.blocks().stack[block]];
    return std::max_element(counts.begin(), counts.end(),
                            [](const auto& a, const auto& b) {
                                return a.second != b.second ? a.second < b.second : a.first > b.first;
                            })
        ->first;
}

std::optional<Net> commonest_chain(const Heap& heap, std::span<const uint32_t> blocks) {
    Choice choice;
    const size_t step = std::max<size_t>(1, blocks.size() / most_samples);
    for (size_t at = 0; at < blocks.size(); at += step)
        choice.addresses.push_back(fmt::format("{:#x}", heap.blocks().address[blocks[at]]));
    auto found = chains(heap, {.of = std::move(choice)});
    if (!found || found->nets.empty()) return std::nullopt;
    Net net = std::move(found->nets.front());
    net.title = "Most of them are held like this";
    return net;
}

// Objects come first, so that what they consist of is theirs.
void sort(std::vector<OfType>& types) {
    std::stable_sort(types.begin(), types.end(), [](const OfType& a, const OfType& b) {
        return a.is_part != b.is_part ? b.is_part : gain_of(a) > gain_of(b);
    });
}

Cause cause_of(const Case& question, const OfType& of, const Course& course, Confidence confidence) {
    const Heap& heap = question.last;
    Cause cause{.kind = "growth",
                .title = "Objects that pile up",
                .name = bare_name(of.name),
                .confidence = confidence,
                .bytes = gain_of(of),
                .facts = empty_facts()};
    add_fact(cause.facts, "type", bare_name(of.name));
    const bool is_one = of.blocks.front() == of.blocks.back();
    add_fact(cause.facts, "grew",
             is_one ? fmt::format("{} → {}", size_to_text(of.bytes.front()), size_to_text(of.bytes.back()))
                    : grew_text(of.blocks.front(), of.blocks.back(), "blocks", course));
    add_fact(cause.facts, "made by", call_text(heap, StackId(commonest_stack(heap, of.open))));
    if (question.ownership != nullptr) cause.picture = commonest_chain(heap, of.open);
    add_fact(cause.facts, "held by", cause.picture ? chain_text(*cause.picture) : "");
    cause.command = "backrefs";
    cause.arguments = {fmt::format("{:#x}", heap.blocks().address[of.open.back()]), "--chain"};
    return cause;
}

// Why what grew is no cause.
std::string reason_against(const Case& question, const OfType& of, const Course& course) {
    if (!question.is_worth_it(gain_of(of))) return "little beside the rest";
    if (course.steps < 2) return "it came at once";
    return course.grew_at_every_step() ? "less than the causes above" : course_text(course);
}

// With one step a type's blocks must have come all along, and be a part of the heap that somebody would miss.
std::optional<Confidence> confidence_in(const Case& question, const OfType& of, const Course& course) {
    const int64_t gain = gain_of(of);
    if (of.open.empty() || gain <= 0 || !question.is_worth_it(gain)) return std::nullopt;
    const bool is_many = static_cast<int64_t>(of.open.size()) >= fewest_blocks;
    if (course.steps < 2 && (gain < least_bytes || gain * share_of_live < of.bytes.back() || !is_many))
        return std::nullopt;
    const auto confidence = question.confidence_in(course, of.open);
    // Nothing but growth speaks for it: a program that loads what it was asked for grows as well.
    return confidence ? std::optional(std::min(*confidence, Confidence::likely)) : confidence;
}

}  // namespace

void add_other_causes(Case& question, Causes& found) {
    if (!question.has_growth()) return;
    std::vector<OfType> types = types_of(question);
    sort(types);
    const std::vector<double> seconds = seconds_of(question.heaps);
    size_t causes = 0;
    for (OfType& of : types) {
        std::erase_if(of.open, [&](uint32_t block) { return !question.is_open(block); });
        of.open_bytes = bytes_of(question.last, of.open);
        const Course course = course_of(of.bytes, seconds);
        const auto confidence = confidence_in(question, of, course);
        if (confidence && causes < most_causes) {
            Cause cause = cause_of(question, of, course, *confidence);
            const std::vector<uint32_t> blocks = with_content(question, of);
            const double each =
                static_cast<double>(bytes_of(question.last, blocks)) / static_cast<double>(of.open_bytes);
            cause.bytes = static_cast<int64_t>(static_cast<double>(cause.bytes) * std::max(1.0, each));
            question.explain(of.open);
            question.explain(blocks);
            found.causes.push_back(std::move(cause));
            ++causes;
        } else if (!confidence && gain_of(of) >= least_bytes && found.not_causes.size() < most_causes) {
            found.not_causes.push_back(fmt::format("+{} of {}: {}.", size_to_text(gain_of(of)), bare_name(of.name),
                                                   reason_against(question, of, course)));
        }
    }
}

}  // namespace heapkit::analyze

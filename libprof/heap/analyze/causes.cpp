// SPDX-License-Identifier: MIT
//
// What all kinds of causes share: which blocks are new, which are explained, and how sure one can be.
//
// Side: heap, floor 7 (analyze).
#include "analyze/causes.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "analyze/born.h"
#include "analyze/freed.h"
#include "analyze/labels.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

constexpr int64_t least_bytes = 4096;  // that a cause must have gained
constexpr int64_t least_share = 50;    // the 50th part of what the heap gained
constexpr size_t fewest_blocks = 8;    // that say when they came
constexpr size_t certain_steps = 3;    // at each of which it grew: no burst does that
constexpr size_t quarters = 4;
constexpr uint64_t least_run_ns = 10'000'000'000;  // who has just been started fills whatever it has
constexpr size_t least_of_quarter = 3;             // a quarter has at least this part of its fair share

uint64_t run_of(const Heap* heap) { return heap->snapshot().process().run_id; }
uint64_t time_of(const Heap* heap) { return heap->snapshot().process().elapsed_ns; }

bool are_of_one_run(std::span<const Heap* const> heaps) {
    return std::all_of(heaps.begin(), heaps.end(),
                       [&](const Heap* heap) { return run_of(heap) == run_of(heaps.front()); });
}

}  // namespace

std::string_view to_text(Confidence confidence) noexcept {
    static constexpr std::array<std::string_view, 3> texts = {"possible", "likely", "certain"};
    return texts[static_cast<size_t>(confidence)];
}

Case::Case(std::span<const Heap* const> all, const Ownership* owned)
    : heaps(all), last(*all.back()), ownership(owned), is_one_run(are_of_one_run(all)) {
    const size_t blocks = last.blocks().count();
    is_explained_.assign(blocks, false);
    is_new_ = has_growth() && is_one_run ? born_between(heaps.front()->blocks(), last.blocks())
                                         : std::vector<bool>(blocks, true);
    if (!has_growth()) return;
    Trend bytes;
    for (const Heap* heap : heaps) bytes.push_back(static_cast<int64_t>(heap->snapshot().process().live_bytes));
    live = course_of(bytes, seconds_of(heaps));
}

bool Case::is_worth_it(int64_t bytes) const noexcept {
    return bytes >= least_bytes && bytes * least_share >= live.gain;
}

std::vector<uint32_t> Case::open_blocks_below(std::span<const uint32_t> vertices) const {
    std::vector<uint32_t> open;
    if (ownership == nullptr) return open;
    const std::vector<uint8_t> goes = would_go(*ownership, vertices);
    for (uint32_t block = 0; block < is_new_.size(); ++block)
        if (is_open(block) && goes[ownership->references().vertices().of_block(BlockId(block)).index()] != 0)
            open.push_back(block);
    return open;
}

void Case::explain(std::span<const uint32_t> blocks) {
    for (const uint32_t block : blocks) is_explained_[block] = true;
}

bool Case::came_all_along(std::span<const uint32_t> blocks) const {
    if (!is_one_run || blocks.size() < fewest_blocks) return false;
    const uint64_t from = has_growth() ? time_of(heaps.front()) : 0, to = time_of(heaps.back());
    if (to <= from || (!has_growth() && to < least_run_ns)) return false;
    std::array<size_t, quarters> came = {};
    for (const uint32_t block : blocks) {
        const uint64_t born = last.snapshot().timeline()[last.blocks().birth[block]].elapsed_ns;
        const uint64_t since = std::clamp(born, from, to) - from;
        ++came[std::min<size_t>(static_cast<size_t>(static_cast<double>(since) / static_cast<double>(to - from) *
                                                    static_cast<double>(quarters)),
                                quarters - 1)];
    }
    return *std::min_element(came.begin(), came.end()) * quarters * least_of_quarter >= blocks.size();
}

// At one step, when its blocks came says whether it went on: that is all there is to see. Growing at each of several
// steps says so too; at two of them, both are asked for.
std::optional<Confidence> Case::confidence_in(const Course& course, std::span<const uint32_t> blocks) const {
    const bool goes_on = came_all_along(blocks);
    if (!course.grew_at_every_step()) return std::nullopt;
    if (course.steps >= 2) return goes_on || course.steps >= certain_steps ? Confidence::certain : Confidence::likely;
    if (goes_on) return Confidence::likely;
    return is_one_run ? std::nullopt : std::optional(Confidence::possible);
}

int64_t bytes_of(const Heap& heap, std::span<const uint32_t> blocks) {
    int64_t bytes = 0;
    for (const uint32_t block : blocks) bytes += static_cast<int64_t>(heap.blocks().counted_bytes(BlockId(block)));
    return bytes;
}

Table empty_facts() {
    Table facts{.layout = Table::Layout::facts};
    facts.columns = {{.name = "", .key = "what"}, {.name = "", .key = "is"}};
    return facts;
}

void add_fact(Table& facts, const char* what, std::string is) {
    if (!is.empty()) facts.rows.push_back({what, std::move(is)});
}

std::string chain_text(const Net& chain) {
    if (chain.nodes.empty()) return "";
    const NetNode& root = chain.nodes.front();
    std::string line = root.lines.front();
    if (root.lines.size() > 1) line += fmt::format(" ({})", root.lines[1]);
    for (const NetEdge& edge : chain.edges) {
        const bool is_left_out = chain.nodes[edge.to].role == NetNode::Role::folded;
        if (is_left_out || !edge.label.empty())
            line += fmt::format(" → {}", is_left_out ? "…" : without_numbers(edge.label));
    }
    return line;
}

std::string grew_text(int64_t before, int64_t after, const char* what, const Course& course) {
    const std::string steps =
        course.steps < 2 ? "in one step"
                         : fmt::format("at {} ({} of {})", course.grew_at_every_step() ? "every step" : "most steps",
                                       course.up, course.steps);
    return fmt::format("{} → {} {}, {}", count_to_text(before), count_to_text(after), what, steps);
}

}  // namespace heapkit::analyze

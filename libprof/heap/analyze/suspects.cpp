// SPDX-License-Identifier: MIT
//
// What one snapshot makes suspicious: a container that holds much of the heap, whose content came all along the run,
// and was made by stacks whose blocks are seldom freed. A cache that evicts has young elements, or some that stayed by
// chance, and most of their like are gone; one that was filled at the start has old ones alone. Whether it goes on,
// only a later snapshot says.
//
// Side: heap, floor 7 (analyze).
#include <fmt/format.h>
#include <algorithm>

#include "analyze/causes.h"
#include "analyze/containers.h"
#include "analyze/inserters.h"
#include "analyze/vertex_text.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

constexpr int64_t least_share = 5;  // a fifth of the heap, as Eclipse MAT has it
constexpr int64_t fewest_elements = 100;
constexpr size_t most_looked_at = 8;  // populations, largest first

class Suspects {
   public:
    Suspects(Case& question, Causes& found)
        : question_(question),
          found_(found),
          heap_(question.last),
          live_bytes_(static_cast<int64_t>(heap_.snapshot().process().live_bytes)),
          populations_(populations_of(heap_, *question.ownership, false)),
          lines_(closure_lines(question.heaps, *question.ownership)) {}

    void add() {
        const size_t count = std::min(most_looked_at, populations_.all.size());
        for (size_t index = 0; index < count; ++index) {
            const Population& each = populations_.all[index];
            if (each.elements < fewest_elements || each.retained_bytes * least_share < live_bytes_) continue;
            const std::vector<uint32_t> blocks = question_.open_blocks_below(vertices_of(index));
            const int64_t bytes = bytes_of(heap_, blocks);
            if (bytes * least_share < live_bytes_) continue;  // the rest is another's, that it hangs in
            if (question_.came_all_along(blocks) && are_kept(blocks))
                found_.causes.push_back(cause_of(each, blocks, bytes));
            else
                found_.not_causes.push_back(
                    fmt::format("{} holds {} of the heap, but lets go of what it has, or was filled at once.",
                                each.label(), share_text(bytes)));
            question_.explain(blocks);
        }
    }

   private:
    std::vector<uint32_t> vertices_of(size_t population) const {
        std::vector<uint32_t> vertices;
        const auto first = static_cast<uint32_t>(heap_.blocks().count());
        for (uint32_t container = 0; container < populations_.of.size(); ++container)
            if (populations_.of[container] == population) vertices.push_back(first + container);
        return vertices;
    }
    // Whether most of them were made by stacks whose blocks are kept: less than half of those was ever freed.
    bool are_kept(std::span<const uint32_t> blocks) const {
        const auto stacks = heap_.snapshot().stacks();
        const auto kept = std::count_if(blocks.begin(), blocks.end(), [&](uint32_t block) {
            const prof_stack& stack = stacks[heap_.blocks().stack[block]];
            return stack.freed_blocks * 2 < stack.allocated_blocks || stack.freed_blocks == 0;
        });
        return static_cast<size_t>(kept) * 2 >= blocks.size();
    }
    std::string share_text(int64_t bytes) const {
        return percent_to_text(100 * static_cast<double>(bytes) / static_cast<double>(live_bytes_));
    }

    // What the container is full of are closures: that says more than its own name.
    const ClosureLine* closures_in(const Population& population) const {
        const auto found = std::find_if(lines_.begin(), lines_.end(), [&](const ClosureLine& line) {
            return line.holder == population.owner && line.held_there * 2 >= population.elements;
        });
        return found == lines_.end() ? nullptr : &*found;
    }

    // "the oldest 12 s old, the youngest 30 ms".
    std::string ages_text(std::span<const uint32_t> blocks) const {
        int64_t oldest = 0, youngest = INT64_MAX;
        for (const uint32_t block : blocks) {
            const int64_t age = age_ns(heap_, BlockId(block));
            oldest = std::max(oldest, age);
            youngest = std::min(youngest, age);
        }
        return fmt::format("all along the run: the oldest is {} old, the youngest {}",
                           duration_to_text(static_cast<double>(oldest)),
                           duration_to_text(static_cast<double>(youngest)));
    }

    Cause cause_of(const Population& population, std::span<const uint32_t> blocks, int64_t bytes) const {
        const ClosureLine* const line = closures_in(population);
        Cause cause = line != nullptr ? analyze::cause_of(heap_, *line) : cause_of(population);
        if (line != nullptr) cause.title = "Perhaps a closure that is registered and never removed";
        cause.confidence = Confidence::possible;
        cause.bytes = bytes;
        cause.is_suspect = true;
        add_fact(cause.facts, "holds", fmt::format("{} of the heap", share_text(bytes)));
        add_fact(cause.facts, "came", ages_text(blocks));
        add_fact(cause.facts, "to be sure", "take another snapshot later: what never shrinks is the cause");
        return cause;
    }

    Cause cause_of(const Population& population) const {
        const Inserters inserters = inserters_of(
            {.newer = &heap_, .ownership = question_.ownership, .populations = &populations_, .key = population.key});
        Cause cause{.kind = "container",
                    .title = population.is_keyed ? "Perhaps a cache that never evicts"
                                                 : "Perhaps a container that is added to and never cleared",
                    .name = population.owner,
                    .facts = empty_facts()};
        add_fact(cause.facts, population.is_keyed ? "cache" : "container",
                 fmt::format("{}   {}, {} elements", population.label(), population.type,
                             count_to_text(population.elements)));
        add_fact(cause.facts, "filled at", inserters.inserters);
        add_fact(cause.facts, "elements from", inserters.elements);
        const BlockId storage = question_.ownership->first_block(population.example);
        cause.picture = chain_to_address(heap_, heap_.blocks().address[storage.index()]);
        add_fact(cause.facts, "held by", cause.picture ? chain_text(*cause.picture) : "");
        cause.command = "containers";
        return cause;
    }

    Case& question_;
    Causes& found_;
    const Heap& heap_;
    const int64_t live_bytes_;
    const Populations populations_;
    const std::vector<ClosureLine> lines_;
};

}  // namespace

void add_suspects(Case& question, Causes& found) {
    if (question.ownership == nullptr || question.has_growth()) return;
    Suspects(question, found).add();
}

}  // namespace heapkit::analyze

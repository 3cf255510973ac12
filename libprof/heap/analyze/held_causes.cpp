// SPDX-License-Identifier: MIT
//
// Causes that something holds: containers that run away, and closures that are registered and never removed.
//
// Side: heap, floor 7 (analyze).
#include <fmt/format.h>
#include <algorithm>

#include "analyze/causes.h"
#include "analyze/chains.h"
#include "analyze/container_growth.h"
#include "analyze/freed.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

class HeldCauses {
   public:
    HeldCauses(Case& question, Causes& found)
        : question_(question), found_(found), lines_(closure_lines(question.heaps, *question.ownership)) {}

    void add_containers(const std::vector<Runaway>& runaways) {
        for (const Runaway& runaway : runaways) {
            const auto named = named_vertices(question_.last, question_.ownership->references(), runaway.owner);
            if (!named || are_lost(named->vertices)) continue;
            const ClosureLine* const line = closures_in(runaway);
            const std::vector<uint32_t> blocks = question_.open_blocks_below(named->vertices);
            if (blocks.empty()) continue;  // all that is new in it is told
            const auto confidence = question_.confidence_in(runaway.of_elements, blocks);
            if (!confidence || !question_.is_worth_it(runaway.retained_gain)) {
                if (runaway.retained_gain >= least_to_speak_of)
                    found_.not_causes.push_back(fmt::format("{}: +{}, but all of it came at once.", runaway.owner,
                                                            size_to_text(runaway.retained_gain)));
                continue;
            }
            question_.explain(blocks);
            Cause cause =
                line != nullptr ? analyze::cause_of(question_.last, *line) : cause_of(runaway, named->vertices);
            // What several containers own together is in none's retained size.
            const int64_t only_here = std::min(bytes_of(question_.last, blocks), question_.live.gain);
            cause.bytes = line == nullptr ? runaway.retained_gain : std::max(runaway.retained_gain, only_here);
            cause.confidence = *confidence;
            found_.causes.push_back(std::move(cause));
        }
    }

    // Those in no container that runs away: in an intrusive list, in a variable.
    void add_closures() {
        for (const ClosureLine& line : lines_) {
            if (!line.only_grows || is_told(line)) continue;
            const std::vector<uint32_t> blocks = question_.open_blocks_below(line.vertices);
            const auto confidence = question_.confidence_in(line.course, blocks);
            if (!confidence || !question_.is_worth_it(line.retained_gain())) continue;
            question_.explain(blocks);
            Cause cause = analyze::cause_of(question_.last, line);
            cause.bytes = line.retained_gain();
            cause.confidence = *confidence;
            found_.causes.push_back(std::move(cause));
        }
    }

   private:
    static constexpr int64_t least_to_speak_of = 64 * 1024;

    // What no root leads to is no container that somebody fills: it went with a cycle or a leak, and is told there.
    bool are_lost(std::span<const uint32_t> vertices) const {
        const auto lost = std::count_if(vertices.begin(), vertices.end(), [&](uint32_t vertex) {
            return question_.ownership->tier(vertex) == graph::Tier::unreached;
        });
        return static_cast<size_t>(lost) * 2 > vertices.size();
    }

    // What the container is full of are closures: that says more than its own name.
    const ClosureLine* closures_in(const Runaway& runaway) {
        for (const ClosureLine& line : lines_) {
            if (line.holder != runaway.owner || line.course.gain <= 0) continue;
            const int64_t elements = runaway.elements.back() - runaway.elements.front();
            if (line.course.gain * 2 < elements) continue;
            told_.push_back(&line);
            return &line;
        }
        return nullptr;
    }
    bool is_told(const ClosureLine& line) const { return std::find(told_.begin(), told_.end(), &line) != told_.end(); }

    Cause cause_of(const Runaway& runaway, std::span<const uint32_t> vertices) const {
        Cause cause{
            .kind = "container",
            .title = runaway.is_cache ? "A cache that never evicts" : "A container that is added to and never cleared",
            .name = runaway.owner,
            .facts = empty_facts()};
        add_fact(cause.facts, runaway.is_cache ? "cache" : "container",
                 fmt::format("{}   {}", runaway.owner, runaway.what));
        add_fact(cause.facts, "grew",
                 grew_text(runaway.elements.front(), runaway.elements.back(), "elements", runaway.of_elements));
        add_fact(cause.facts, "grows at", runaway.inserted_by);
        add_fact(cause.facts, "elements are", runaway.elements_are);
        add_fact(cause.facts, "elements from", runaway.elements_from);
        add_fact(cause.facts, "held by", runaway.held_by);
        if (!vertices.empty()) {
            const BlockId storage = question_.ownership->first_block(vertices.front());
            cause.picture = chain_to_address(question_.last, question_.last.blocks().address[storage.index()]);
        }
        cause.command = "containers";
        cause.takes_all = true;
        return cause;
    }

    Case& question_;
    Causes& found_;
    const std::vector<ClosureLine> lines_;
    std::vector<const ClosureLine*> told_;
};

}  // namespace

std::optional<Net> chain_to_address(const Heap& heap, uint64_t address) {
    auto found = chains(heap, {.of = {.addresses = {fmt::format("{:#x}", address)}}});
    if (!found || found->nets.empty()) return std::nullopt;
    return std::move(found->nets.front());
}

Cause cause_of(const Heap& heap, const ClosureLine& line) {
    Cause cause{.kind = "closure",
                .title = "A closure that is registered and never removed",
                .name = line.name,
                .facts = empty_facts()};
    add_fact(cause.facts, "closure", line.name);
    add_fact(cause.facts, line.counts.size() > 1 ? "grew" : "alive",
             line.counts.size() > 1 ? grew_text(line.counts.front(), line.count(), "of them", line.course)
                                    : fmt::format("{} of them", count_to_text(line.count())));
    std::string captured;
    for (const std::string& capture : line.captures) captured += (captured.empty() ? "" : ", ") + capture;
    const std::string through = captured.empty() ? "" : ", through " + captured;
    if (line.retained.bytes > 0)
        add_fact(cause.facts, "keeps alive", fmt::format("{} each{}", size_to_text(line.retained_each()), through));
    else
        add_fact(cause.facts, "captures", std::move(captured));
    add_fact(cause.facts, "made by", line.made);
    add_fact(cause.facts, "lies in", line.member);
    add_fact(cause.facts, "registered by", line.registered);
    cause.picture = chain_to_address(heap, line.address);
    add_fact(cause.facts, "held by", cause.picture ? chain_text(*cause.picture) : line.holder);
    cause.command = "closures";
    cause.takes_all = true;
    return cause;
}

void add_held_causes(Case& question, Causes& found) {
    if (question.ownership == nullptr || !question.has_growth()) return;
    const auto growth = container_growth(question.heaps, {.limit = 0});
    if (!growth) return;
    HeldCauses causes(question, found);
    causes.add_containers(growth->runaways);
    causes.add_closures();
}

}  // namespace heapkit::analyze

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

std::string size_text(int64_t bytes) { return size_to_text(static_cast<double>(bytes)); }

size_t column_of(const Table& table, std::string_view key) {
    const auto found =
        std::find_if(table.columns.begin(), table.columns.end(), [&](const Column& each) { return each.key == key; });
    return static_cast<size_t>(found - table.columns.begin());
}

// A fact by its name; "" when there is none.
std::string fact_of(const Table& facts, std::string_view what) {
    for (const auto& row : facts.rows)
        if (std::get<std::string>(row[0]) == what) return std::get<std::string>(row[1]);
    return "";
}

std::optional<Net> chain_to_address(const Heap& heap, uint64_t address) {
    auto found = chains(heap, {.of = {.addresses = {fmt::format("{:#x}", address)}}});
    if (!found || found->nets.empty()) return std::nullopt;
    return std::move(found->nets.front());
}

// One that runs away, as a row of container_growth() has it.
struct Container {
    std::string owner, type;
    Table facts;
    int64_t gain = 0;  // of what it retains
    Trend elements;
    Course course;  // of the elements
    std::vector<uint32_t> vertices;
};

std::vector<Container> runaways_of(const Case& question, const ContainerGrowth& growth) {
    const Table& table = growth.containers;
    const size_t owner = column_of(table, "owner"), gain = column_of(table, "retained_diff"),
                 elements = column_of(table, "element_counts"), type = column_of(table, "type");
    const std::vector<double> seconds = seconds_of(question.heaps);
    std::vector<Container> found;
    for (size_t index = 0; index < growth.names.size(); ++index) {
        const auto row = std::find_if(table.rows.begin(), table.rows.end(), [&](const auto& each) {
            return std::get<std::string>(each[owner]) == growth.names[index];
        });
        auto named = named_vertices(question.last, question.ownership->references(), growth.names[index]);
        if (row == table.rows.end() || !named) continue;
        found.push_back({.owner = growth.names[index],
                         .type = std::get<std::string>((*row)[type]),
                         .facts = growth.runaways[index],
                         .gain = std::get<int64_t>((*row)[gain]),
                         .elements = std::get<Trend>((*row)[elements]),
                         .course = course_of(std::get<Trend>((*row)[elements]), seconds),
                         .vertices = std::move(named->vertices)});
    }
    return found;
}

class HeldCauses {
   public:
    HeldCauses(Case& question, Causes& found)
        : question_(question), found_(found), lines_(closure_lines(question.heaps, *question.ownership)) {}

    void add_containers(const std::vector<Container>& containers) {
        for (const Container& container : containers) {
            const ClosureLine* const line = closures_in(container);
            const std::vector<uint32_t> blocks = question_.open_blocks_below(container.vertices);
            const auto confidence = question_.confidence_in(container.course, blocks);
            if (!confidence || !question_.is_worth_it(container.gain)) {
                if (container.gain >= least_to_speak_of)
                    found_.not_causes.push_back(fmt::format("{}: +{}, but all of it came at once.", container.owner,
                                                            size_text(container.gain)));
                continue;
            }
            question_.explain(blocks);
            Cause cause = line != nullptr ? cause_of(*line) : cause_of(container);
            cause.bytes = container.gain;
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
            Cause cause = cause_of(line);
            cause.bytes = line.retained_gain();
            cause.confidence = *confidence;
            found_.causes.push_back(std::move(cause));
        }
    }

   private:
    static constexpr int64_t least_to_speak_of = 64 * 1024;

    // What the container is full of are closures: that says more than its own name.
    const ClosureLine* closures_in(const Container& container) {
        for (const ClosureLine& line : lines_) {
            if (line.holder != container.owner || line.course.gain <= 0) continue;
            const int64_t elements = container.elements.back() - container.elements.front();
            if (line.course.gain * 2 < elements) continue;
            told_.push_back(&line);
            return &line;
        }
        return nullptr;
    }
    bool is_told(const ClosureLine& line) const { return std::find(told_.begin(), told_.end(), &line) != told_.end(); }

    Cause cause_of(const ClosureLine& line) const {
        const Heap& heap = question_.last;
        Cause cause{.kind = "closure",
                    .title = "A closure that is registered and never removed",
                    .name = line.name,
                    .facts = empty_facts()};
        add_fact(cause.facts, "closure", line.name);
        add_fact(cause.facts, "grew", grew_text(line.counts.front(), line.count(), "of them", line.course));
        std::string captured;
        for (const std::string& capture : line.captures) captured += (captured.empty() ? "" : ", ") + capture;
        add_fact(cause.facts, "keeps alive",
                 captured.empty() ? fmt::format("{} each", size_text(line.retained_each()))
                                  : fmt::format("{} each, through {}", size_text(line.retained_each()), captured));
        add_fact(cause.facts, "made by", line.made);
        add_fact(cause.facts, "registered by", line.registered);
        cause.picture = chain_to_address(heap, line.address);
        add_fact(cause.facts, "held by", cause.picture ? chain_text(*cause.picture) : line.holder);
        cause.command = "closures";
        cause.takes_all = true;
        return cause;
    }

    Cause cause_of(const Container& container) const {
        const bool is_cache = container.facts.title.find("cache") != std::string::npos;
        Cause cause{.kind = "container",
                    .title = is_cache ? "A cache that never evicts" : "A container that is added to and never cleared",
                    .name = container.owner,
                    .facts = empty_facts()};
        add_fact(cause.facts, is_cache ? "cache" : "container",
                 fmt::format("{}   {}", container.owner, fact_of(container.facts, "container")));
        add_fact(cause.facts, "grew",
                 grew_text(container.elements.front(), container.elements.back(), "elements", container.course));
        add_fact(cause.facts, "grows at", fact_of(container.facts, "inserted by"));
        add_fact(cause.facts, "elements from", fact_of(container.facts, "elements from"));
        add_fact(cause.facts, "held by", fact_of(container.facts, "held by"));
        if (!container.vertices.empty()) {
            const BlockId storage = question_.ownership->first_block(container.vertices.front());
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

void add_held_causes(Case& question, Causes& found) {
    if (question.ownership == nullptr || !question.has_growth()) return;
    const auto growth = container_growth(question.heaps, {.limit = 0});
    if (!growth) return;
    HeldCauses causes(question, found);
    causes.add_containers(runaways_of(question, *growth));
    causes.add_closures();
}

}  // namespace heapkit::analyze

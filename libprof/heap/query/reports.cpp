// SPDX-License-Identifier: MIT
//
// Snapshot: whole answers, in the order in which the commands of the same names give them.
//
// Side: heap, floor 8 (query).
#include <iterator>

#include "analyze/closures.h"
#include "analyze/container_growth.h"
#include "analyze/containers.h"
#include "analyze/cycles.h"
#include "analyze/diagnose.h"
#include "analyze/heading.h"
#include "analyze/holders.h"
#include "analyze/leaks.h"
#include "analyze/losses.h"
#include "analyze/retained.h"
#include "query/state.h"
#include "render/json.h"
#include "render/text.h"

namespace heapkit {

// The snapshots that an answer is about, oldest first, and the report as far as it is written.
struct Snapshot::Answer {
    Answer(std::string command, std::span<const Snapshot* const> older, const Snapshot& last) {
        for (const Snapshot* each : older) add(*each);
        add(last);
        report.command = std::move(command);
        report.heading = analyze::heading_of(report.subjects);
        report.notes = analyze::loss_notes(heaps, analyze::on_types);
    }
    void add(const Snapshot& snapshot) {
        heaps.push_back(&snapshot.state_->heap);
        report.subjects.push_back(snapshot.subject());
    }
    void add(Table table) { report.shapes.emplace_back(std::move(table)); }
    void add(Net net) { report.shapes.emplace_back(std::move(net)); }
    void add_notes(std::vector<std::string> notes) {
        report.notes.insert(report.notes.end(), std::make_move_iterator(notes.begin()),
                            std::make_move_iterator(notes.end()));
    }

    std::vector<const Heap*> heaps;
    Report report;
};

Result<Report> Snapshot::leaks() const {
    Answer answer("leaks", {}, *this);
    auto found = analyze::leaks({.heap = &state_->heap});
    if (!found) return found.error();
    answer.add(std::move(found->totals));
    answer.add(std::move(found->groups));
    answer.add_notes(std::move(found->notes));
    return std::move(answer.report);
}

Result<Report> Snapshot::cycles() const {
    Answer answer("cycles", {}, *this);
    auto found = analyze::cycles(state_->heap, {});
    if (!found) return found.error();
    answer.add(std::move(found->table));
    for (analyze::CycleKind& kind : found->kinds) answer.add(std::move(kind.net));
    return std::move(answer.report);
}

Result<Report> Snapshot::retained() const {
    Answer answer("retained", {}, *this);
    const auto ownership = analyze::Ownership::of(state_->heap);
    if (!ownership) return ownership.error();
    answer.add(analyze::held_totals(*ownership));
    answer.add(analyze::retained_by(state_->heap, *ownership, analyze::RetainedBy::root, {}));
    answer.add(analyze::biggest_objects(state_->heap, *ownership, {}));
    return std::move(answer.report);
}

Result<Report> Snapshot::holders(const std::string& type) const {
    Answer answer("holders", {}, *this);
    auto found = analyze::holders(state_->heap, {.of = {.addresses = {}, .type = type}});
    if (!found) return found.error();
    answer.add(std::move(found->holders));
    for (Net& net : found->nets) answer.add(std::move(net));
    answer.add_notes(std::move(found->notes));
    return std::move(answer.report);
}

Result<Report> Snapshot::containers(std::span<const Snapshot* const> older) const {
    Answer answer("containers", older, *this);
    if (auto refusal = analyze::refusal_to_compare(answer.heaps)) return *refusal;
    if (older.empty()) {
        const auto ownership = analyze::Ownership::of(state_->heap);
        if (!ownership) return ownership.error();
        auto found = analyze::containers(analyze::populations_of(state_->heap, *ownership, false), {});
        answer.add(std::move(found.containers));
        answer.add(std::move(found.nodes));
        return std::move(answer.report);
    }
    auto found = analyze::container_growth(answer.heaps, {});
    if (!found) return found.error();
    for (analyze::Runaway& runaway : found->runaways) answer.add(std::move(runaway.facts));
    answer.add(std::move(found->containers));
    return std::move(answer.report);
}

Result<Report> Snapshot::closures(std::span<const Snapshot* const> older) const {
    Answer answer("closures", older, *this);
    if (auto refusal = analyze::refusal_to_compare(answer.heaps)) return *refusal;
    auto found = analyze::closures(answer.heaps, {});
    if (!found) return found.error();
    answer.add(std::move(found->lines));
    answer.add(std::move(found->captures));
    for (Table& leaked : found->leaked) answer.add(std::move(leaked));
    for (Net& chain : found->chains) answer.add(std::move(chain));
    return std::move(answer.report);
}

Result<Report> Snapshot::diagnose(std::span<const Snapshot* const> older) const {
    Answer answer("diagnose", older, *this);
    if (auto refusal = analyze::refusal_to_compare(answer.heaps)) return *refusal;
    analyze::Diagnosis found = analyze::diagnose(answer.heaps);
    answer.report.heading.push_back("");
    answer.report.heading.push_back(found.verdict);
    for (analyze::Cause& cause : found.causes) {
        answer.add(std::move(cause.facts));
        if (cause.picture) answer.add(std::move(*cause.picture));
    }
    answer.report.notes = std::move(found.notes);
    return std::move(answer.report);
}

std::string to_text(const Report& report) { return render::to_text(report, {}); }
std::string to_json(const Report& report) { return render::to_json(report); }

}  // namespace heapkit

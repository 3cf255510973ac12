// SPDX-License-Identifier: MIT
//
// The questions of waste.h, one after the other: see waste_page.h.
//
// Side: heap, floor 7 (analyze).
#include "analyze/waste_page.h"

#include <algorithm>
#include <iterator>

#include "analyze/doubts.h"
#include "analyze/waste_containers.h"
#include "analyze/waste_duplicates.h"
#include "analyze/waste_padding.h"
#include "analyze/waste_pages.h"
#include "analyze/waste_residency.h"
#include "analyze/waste_summary.h"
#include "read/sample.h"

namespace heapkit::analyze {
namespace {

class Asking {
   public:
    Asking(const Heap& heap, const WasteQuestion& question)
        : heap_(heap), options_(question.options), only_(question.only) {}

    Result<WastePage> ask() {
        if (auto refusal = read::needs_every_block(heap_.snapshot())) return *refusal;
        const bool has_owners = !can_do_without_owners();
        if (!has_owners) note("Owners are not known: the snapshot was taken without contents.");
        const auto names = BlockNames::of(heap_, has_owners);
        if (!names) return names.error();
        if (wants("padding")) ask_padding();
        if (wants("containers")) ask_containers(*names);
        if (wants("duplicates"))
            if (const auto asked = ask_duplicates(*names); !asked) return asked.error();
        if (const auto asked = ask_pages(*names); !asked) return asked.error();
        return WastePage{std::move(answer_), totals_.duplicate_bytes.value_or(0) > 0};
    }

   private:
    // A snapshot of blocks alone still has sizes, types by site, and pages.
    bool can_do_without_owners() const {
        return !has_words(heap_) && heap_.snapshot().has_blocks() && options_.by != BlockKey::owner;
    }

    bool wants(std::string_view part) const {
        return only_.empty() || std::find(only_.begin(), only_.end(), part) != only_.end();
    }

    void note(std::string text) { answer_.notes.push_back(std::move(text)); }

    void take(WasteAnswer part) {
        std::move(part.tables.begin(), part.tables.end(), std::back_inserter(answer_.tables));
        std::move(part.notes.begin(), part.notes.end(), std::back_inserter(answer_.notes));
    }

    void ask_padding() {
        const auto classes = padded_classes(heap_);
        totals_.padding_bytes = totals_.reorder_bytes = 0;
        for (const PaddedClass& each : classes) {
            *totals_.padding_bytes += each.padding_bytes;
            *totals_.reorder_bytes += each.saved_bytes;
        }
        take(waste_padding(classes, options_));
    }

    void ask_containers(const BlockNames& names) {
        const auto rows = slack_containers(names);
        totals_.spare_bytes = 0;
        for (const SlackContainers& each : rows) *totals_.spare_bytes += each.spare_bytes;
        take(waste_containers(rows, options_));
    }

    Result<void> ask_duplicates(const BlockNames& names) {
        auto found = waste_duplicates(names, options_);
        if (!found) {
            if (!only_.empty() || has_hashes(heap_)) return found.error();
            note("Duplicates are not known: take a snapshot with hashes of contents, heapkit snapshot PID --hashes.");
            return {};
        }
        totals_.duplicate_bytes = found->wasted_bytes;
        totals_.zero_bytes = found->zero_bytes;
        take(std::move(found->answer));
        return {};
    }

    Result<void> ask_pages(const BlockNames& names) {
        auto pages = waste_pages(names, options_);
        if (!pages) return pages.error();
        if (wants("summary")) answer_.tables.insert(answer_.tables.begin(), waste_summary(heap_, pages->use, totals_));
        if (wants("pages")) take(std::move(pages->answer));
        if (!wants("residency")) return {};
        auto residency = waste_residency(names, options_);
        if (!residency) return residency.error();
        if (pages->use.is_known || !wants("pages")) take(*std::move(residency));
        return {};
    }

    const Heap& heap_;
    const WasteOptions& options_;
    const std::vector<std::string>& only_;
    WasteAnswer answer_;
    WasteTotals totals_;
};

}  // namespace

Result<WastePage> waste_page(const Heap& heap, const WasteQuestion& question) { return Asking(heap, question).ask(); }

}  // namespace heapkit::analyze

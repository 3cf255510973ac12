// SPDX-License-Identifier: MIT
//
// heapkit waste: memory that is paid for and not used.
//
// Side: our process, cli. Each question is a file of analyze/; waste.h lists them.
#include "analyze/waste.h"

#include <fmt/format.h>
#include <algorithm>
#include <iterator>

#include "analyze/waste_containers.h"
#include "analyze/waste_duplicates.h"
#include "analyze/waste_padding.h"
#include "analyze/waste_pages.h"
#include "analyze/waste_residency.h"
#include "analyze/waste_summary.h"
#include "commands.h"
#include "options.h"
#include "references.h"

namespace heapkit::cli {
namespace {

constexpr size_t usual_rows = 5;

// The questions, in the order in which they are answered.
const std::vector<std::string> sections = {"summary", "padding", "containers", "duplicates", "pages", "residency"};

class Page {
   public:
    Page(const Session& session, const Typed& typed)
        : heap_(session.last()),
          typed_(typed),
          report_(begin_references(session, "waste")),
          options_{.limit = rows_of(typed, usual_rows).limit, .by = analyze::parse_block_key(typed.text("by"))} {}

    Result<Report> ask() {
        const bool has_owners = !can_do_without_owners();
        if (!has_owners) report_.notes.push_back("Owners are not known: the snapshot was taken without contents.");
        const auto names = analyze::BlockNames::of(heap_, has_owners);
        if (!names) return names.error();
        if (wants("padding")) ask_padding();
        if (wants("containers")) ask_containers(*names);
        if (wants("duplicates"))
            if (auto error = ask_duplicates(*names)) return *error;
        auto pages = analyze::waste_pages(*names, options_);
        if (!pages) return pages.error();
        if (wants("summary"))
            report_.shapes.insert(report_.shapes.begin(), analyze::waste_summary(heap_, pages->use, totals_));
        if (wants("pages")) take(std::move(pages->answer));
        if (wants("residency")) {
            auto residency = analyze::waste_residency(*names, options_);
            if (!residency) return residency.error();
            if (pages->use.is_known || !wants("pages")) take(*std::move(residency));
        }
        add_next();
        return std::move(report_);
    }

   private:
    // A snapshot of blocks alone still has sizes, types by site, and pages.
    bool can_do_without_owners() const {
        return !analyze::has_words(heap_) && heap_.snapshot().has_blocks() && typed_.text("by") != "owner";
    }

    bool wants(const std::string& section) const {
        const auto& only = typed_.all("only");
        return only.empty() || std::find(only.begin(), only.end(), section) != only.end();
    }

    void take(analyze::WasteAnswer answer) {
        for (Table& table : answer.tables) report_.shapes.emplace_back(std::move(table));
        std::move(answer.notes.begin(), answer.notes.end(), std::back_inserter(report_.notes));
    }

    void ask_padding() {
        const auto classes = analyze::padded_classes(heap_);
        totals_.padding_bytes = totals_.reorder_bytes = 0;
        for (const analyze::PaddedClass& each : classes) {
            *totals_.padding_bytes += each.padding_bytes;
            *totals_.reorder_bytes += each.saved_bytes;
        }
        take(analyze::waste_padding(classes, options_));
    }

    void ask_containers(const analyze::BlockNames& names) {
        const auto rows = analyze::slack_containers(names);
        totals_.spare_bytes = 0;
        for (const analyze::SlackContainers& each : rows) *totals_.spare_bytes += each.spare_bytes;
        take(analyze::waste_containers(rows, options_));
    }

    // Not asked for by name, hashes may be missing: then the page says how to get them.
    std::optional<Error> ask_duplicates(const analyze::BlockNames& names) {
        auto found = analyze::waste_duplicates(names, options_);
        if (!found) {
            const bool is_optional = typed_.all("only").empty() && !analyze::has_hashes(heap_);
            if (!is_optional) return found.error();
            report_.notes.push_back(
                "Duplicates are not known: take a snapshot with hashes of contents, heapkit snapshot PID --hashes.");
            return std::nullopt;
        }
        totals_.duplicate_bytes = found->wasted_bytes;
        totals_.zero_bytes = found->zero_bytes;
        take(std::move(found->answer));
        return std::nullopt;
    }

    void add_next() {
        const std::string snapshot = shell_quoted(typed_.arguments()[0]);
        report_.next = {fmt::format("heapkit containers {}", snapshot)};
        if (typed_.all("only").empty())
            report_.next.push_back(fmt::format("heapkit waste {} --only pages -n 20", snapshot));
        if (totals_.duplicate_bytes.value_or(0) > 0)
            report_.next.push_back(fmt::format("heapkit backrefs {} ADDRESS", snapshot));
    }

    const Heap& heap_;
    const Typed& typed_;
    Report report_;
    const analyze::WasteOptions options_;
    analyze::WasteTotals totals_;
};

Result<int> run(const Typed& typed, Console& console) {
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    const auto report = Page(*session, typed).ask();
    if (!report) return report.error();
    session->show(*report, typed, console);
    return exit_fine;
}

}  // namespace

Command waste_command() {
    using Kind = Option::Kind;
    return {
        .name = "waste",
        .summary = "Memory that is paid for and not used: rounding, padding, spare room, duplicates, pages",
        .description =
            "Says where memory goes that holds nothing: what the allocator adds to what was requested; holes between "
            "the members of classes, and what another order would save; containers that are empty or too large; "
            "blocks of equal contents, with the field that owns them; pages that a few blocks keep, which is what "
            "fragmentation is made of, by the types and sites of those blocks; and what of each type and owner is in "
            "memory, swapped, or was never touched.\n\n"
            "Padding counts objects whose type is sure. Duplicates need hashes of contents in the snapshot: heapkit "
            "run --hashes, or heapkit snapshot PID --hashes; contents themselves never leave the process. What nodes "
            "and buckets of containers cost is in heapkit containers.",
        .arguments = {{"SNAPSHOT", "The snapshot."}},
        .options = {{.names = "--only",
                     .kind = Kind::choice,
                     .value = "PART",
                     .help = "Answer that part alone. Several may be given.",
                     .choices = sections,
                     .is_repeatable = true},
                    {.names = "--by",
                     .kind = Kind::choice,
                     .value = "KEY",
                     .help = "Group duplicates, pages and residency by KEY alone.",
                     .choices = {"type", "owner", "site"},
                     .fallback = "by owner; by type and site; by type and owner"},
                    limit_option("rows of each table", "5"),
                    json_option()},
        .examples = {{"heapkit waste 1.heap", "a page: a summary, and the worst of each kind"},
                     {"heapkit waste 1.heap --only pages --by site", "who keeps almost empty pages?"},
                     {"heapkit snapshot 4242 --hashes -o 2.heap && heapkit waste 2.heap --only duplicates",
                      "which values are there many times?"}},
        .next = {"containers", "retained", "stats"},
        .run = run};
}

}  // namespace heapkit::cli

// SPDX-License-Identifier: MIT
//
// heapkit report: the page of heapkit view as one file.
//
// Side: our process, cli.
#include "server/report.h"

#include <fmt/format.h>

#include "base/units.h"
#include "commands.h"
#include "progress.h"
#include "session.h"
#include "view_session.h"

namespace heapkit::cli {
namespace {

// "docserver.4242.2.heap" becomes "docserver.4242.2.html".
std::string usual_name(const std::string& snapshot) {
    return std::filesystem::path(snapshot).filename().replace_extension(".html").string();
}

Result<int> run(const Typed& typed, Console& console) {
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    auto opened = snapshots_to_view(*session, typed);
    if (!opened) return opened.error();
    viewer::Answers answers(*std::move(opened));
    Progress progress(console.shows_progress() ? stderr : nullptr);
    const auto page =
        viewer::report_page(answers, {.progress = [&](std::string_view what, uint64_t done, uint64_t total) {
                                progress.report(what, done, total);
                            }});
    progress.clear();
    session->clear_progress();
    if (!page) return page.error();
    const std::string path = typed.text("output", usual_name(typed.arguments().front()));
    const auto written = write_whole_file(path, page->html, console);
    if (!written) return written.error();
    if (path == "-") return exit_fine;
    Report said = session->begin_report("report");
    said.heading.push_back(fmt::format("Report written to {}: {}, {} answers. Open it in a browser.", path,
                                       size_to_text(page->html.size()),
                                       count_to_text(static_cast<int64_t>(page->answers))));
    for (const std::string& line : page->left_out) said.notes.push_back("It does not have: " + line);
    console.print(render::to_text(said, console.text_options()));
    return exit_fine;
}

}  // namespace

Command report_command() {
    return {
        .name = "report",
        .summary = "The page of heapkit view as one file, to attach to a ticket or a CI run",
        .description =
            "Writes one HTML file that has the page and its answers in it: whoever opens it needs neither heapkit nor "
            "the snapshots nor a network. It has all tables, 5,000 rows of each at most, all flame graphs, and the "
            "objects and holders of the 30 types that take most; what it does not have, it says.\n\n"
            "It names types, files and functions of the program, and no contents of its memory but pointers and small "
            "integers of the objects that it shows. Several snapshots may be named, in any order: the newest is shown, "
            "and compared with the others.",
        .arguments = {{"SNAPSHOT", "Snapshots of one program.", 1, SIZE_MAX}},
        .options = {{.names = "-o,--output",
                     .kind = Option::Kind::file,
                     .value = "FILE",
                     .help = "Write the page to FILE; - is standard output.",
                     .fallback = "the snapshot's name with .html"},
                    {.names = "--force", .help = "Compare snapshots of different programs all the same."}},
        .examples = {{"heapkit report 2.heap 1.heap -o report.html", "what to attach to a ticket"}},
        .next = {"view", "diagnose"},
        .run = run};
}

}  // namespace heapkit::cli

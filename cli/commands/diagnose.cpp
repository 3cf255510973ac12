// SPDX-License-Identifier: MIT
//
// heapkit diagnose: the one command for who is in trouble.
//
// Side: our process, cli.
#include "analyze/diagnose.h"

#include <fmt/format.h>
#include <algorithm>

#include "analyze/heading.h"
#include "commands.h"
#include "options.h"
#include "render/graphviz.h"
#include "session.h"
#include "steps.h"

namespace heapkit::cli {
namespace {

std::string all_of(const Typed& typed) {
    std::string words;
    for (const std::string& file : typed.arguments()) words += (words.empty() ? "" : " ") + shell_quoted(file);
    return words;
}

// "docserver-cause-1.png", in the folder that was asked for.
std::string picture_path(const Typed& typed, const std::string& program, size_t number) {
    std::string name = fmt::format("{}-cause-{}.png", program, number);
    std::replace(name.begin(), name.end(), '/', '_');
    const std::string folder = typed.text("pictures", ".");
    return folder == "." ? name : fmt::format("{}{}{}", folder, folder.ends_with('/') ? "" : "/", name);
}

bool wants_pictures(const Typed& typed) {
    return !typed.has("no-pictures") && (!typed.has("json") || typed.has("pictures"));
}

// Draws what holds it, and says the file's name among the facts; one that cannot be drawn is a note.
void draw(analyze::Cause& cause, const std::string& path, const Subject& subject, const Console& console,
          std::vector<std::string>& notes) {
    Net net = *cause.picture;
    const std::string caption = fmt::format("{}, {} · {}", subject.program, subject.file, cause.title);
    const auto picture = render::draw({.net = std::move(net), .caption = caption});
    const auto written = picture ? write_whole_file(path, *picture, console) : Result<void>(picture.error());
    if (written)
        analyze::add_fact(cause.facts, "picture", path);
    else
        notes.push_back(fmt::format("No picture of cause {}: {}.", cause.name, written.error().what));
}

std::vector<std::string> next_steps(const Typed& typed, const std::vector<analyze::Cause>& causes) {
    constexpr size_t most = 3;
    const std::string last = shell_quoted(typed.arguments().back());
    std::vector<std::string> next;
    for (const analyze::Cause& cause : causes) {
        std::string command = fmt::format("heapkit {} {}", cause.command, cause.takes_all ? all_of(typed) : last);
        for (const std::string& argument : cause.arguments) command += " " + shell_quoted(argument);
        if (next.size() < most && std::find(next.begin(), next.end(), command) == next.end())
            next.push_back(std::move(command));
    }
    if (typed.arguments().size() == 1) next.push_back(fmt::format("heapkit diagnose {} LATER", last));
    if (causes.empty() && typed.arguments().size() > 1) {
        next.push_back(fmt::format("heapkit growth {}", all_of(typed)));
        next.push_back(fmt::format("heapkit retained {}", last));
    }
    return next;
}

Result<int> run(const Typed& typed, Console& console) {
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    const std::vector<const Heap*> heaps = session->heaps();
    if (!typed.has("force"))
        if (auto refusal = analyze::refusal_to_compare(heaps)) return *refusal;
    analyze::Diagnosis diagnosis = analyze::diagnose(heaps);
    Report report = session->begin_report("diagnose");
    report.heading.push_back("");
    report.heading.push_back(diagnosis.verdict);
    report.next = next_steps(typed, diagnosis.causes);
    const bool found = std::any_of(diagnosis.causes.begin(), diagnosis.causes.end(),
                                   [](const analyze::Cause& cause) { return !cause.is_suspect; });
    if (typed.has("json")) report.shapes.emplace_back(std::move(diagnosis.ranking));
    for (size_t index = 0; index < diagnosis.causes.size(); ++index) {
        analyze::Cause& cause = diagnosis.causes[index];
        if (cause.picture && wants_pictures(typed)) {
            const Subject& subject = report.subjects.back();
            draw(cause, picture_path(typed, subject.program, index + 1), subject, console, diagnosis.notes);
        }
        report.shapes.emplace_back(std::move(cause.facts));
        if (typed.has("json") && cause.picture) report.shapes.emplace_back(*std::move(cause.picture));
    }
    report.notes = std::move(diagnosis.notes);
    session->show(report, typed, console);
    return typed.has("fail") && found ? exit_condition_holds : exit_fine;
}

}  // namespace

Command diagnose_command() {
    return {
        .name = "diagnose",
        .summary = "What is wrong: why it grows, ranked, each cause with its line and its holder",
        .description =
            "The one command for who is in trouble. Takes two snapshots or more of one program, oldest first, and "
            "says on one page why it grows: caches and containers that are only added to, closures that are "
            "registered and never removed, cycles of owners, lost blocks, and objects that pile up otherwise; of each "
            "how fast it grows, the line that allocates, the field that holds it, and the chain from a root, drawn "
            "into a file. What grew and is no cause is said, and what it is not sure of.\n\n"
            "certain: it grew at each of several steps, and blocks came all along; or nothing holds it any more. "
            "likely: one of the two. possible: it grew, and more is not known. Three snapshots, of a program that is "
            "warm, say most. One snapshot shows cycles and lost blocks, and containers that are suspicious: they hold "
            "much of the heap and filled all along the run.\n\n"
            "Exit status: 0; 1 with --fail when there is a cause, more than a suspicion; 2 when something is wrong.",
        .arguments = {{"SNAPSHOT", "Snapshots, oldest first.", 1, SIZE_MAX}},
        .options = {{.names = "--pictures",
                     .kind = Option::Kind::text,
                     .value = "FOLDER",
                     .help = "Where pictures go, PROGRAM-cause-N.png. With --json there are none without it.",
                     .fallback = "."},
                    {.names = "--no-pictures", .help = "Draw none."},
                    {.names = "--fail", .help = "Exit with 1 when there is a cause."},
                    {.names = "--force", .help = "Compare snapshots of different programs all the same."},
                    {.names = "--json", .help = "Write the answer as JSON: causes, facts of each, and chains."}},
        .examples = {{"heapkit diagnose 1.heap 2.heap 3.heap", "why it grows"},
                     {"heapkit diagnose 1.heap 2.heap --fail --no-pictures", "for a soak test"},
                     {"heapkit diagnose exit.heap", "cycles and lost blocks of one snapshot"}},
        .next = {"containers", "closures", "backrefs"},
        .run = run};
}

}  // namespace heapkit::cli

// SPDX-License-Identifier: MIT
//
// heapkit top: what a process holds, live, without stopping it.
//
// Side: our process, cli. Where from: shared_slot.h.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <memory>
#include <optional>

#include "analyze/live.h"
#include "base/units.h"
#include "commands.h"
#include "console.h"
#include "render/json.h"
#include "render/text.h"
#include "request.h"
#include "screen.h"
#include "shared_slot.h"
#include "top_view.h"

namespace heapkit::cli {
namespace {

using analyze::LiveOrder;
using std::chrono::milliseconds;

constexpr milliseconds usual_interval{1000}, shortest_interval{50};
constexpr size_t usual_rows = 20;
constexpr std::chrono::seconds snapshot_timeout{90};

struct TopOptions {
    pid_t pid = 0;
    milliseconds interval = usual_interval;
    size_t count = 0;  // of looks; 0: until the process ends
    analyze::LiveView view = {};
    bool json = false;
};

uint64_t now_ns() {
    return static_cast<uint64_t>(std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

// "1", "0.5", "2s", "500ms".
std::optional<milliseconds> interval_of(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
    if (error != std::errc() || number < 0 || number > 86400) return std::nullopt;
    if (unit == "ms") return milliseconds(static_cast<int64_t>(number));
    if (unit.empty() || unit == "s") return milliseconds(static_cast<int64_t>(number * 1000));
    return std::nullopt;
}

Result<TopOptions> options_of(const Typed& typed) {
    TopOptions options;
    const std::string& pid = typed.arguments()[0];
    const auto [end, error] = std::from_chars(pid.data(), pid.data() + pid.size(), options.pid);
    if (error != std::errc() || end != pid.data() + pid.size() || options.pid <= 0)
        return Error{fmt::format("'{}' is not the number of a process", pid), "Find it with: pgrep PROGRAM"};
    const auto interval = interval_of(typed.text("interval", "1s"));
    if (!interval || *interval < shortest_interval)
        return Error{fmt::format("--interval wants a time of 50ms or more, not '{}'", typed.text("interval")),
                     "For example 2s."};
    options.interval = *interval;
    options.count = typed.number("count", 0);
    options.view.limit = typed.number("limit", usual_rows);
    options.view.order = analyze::parse_live_order(typed.text("sort", "live")).value_or(LiveOrder::live);
    options.view.filter = typed.text("filter");
    options.json = typed.has("json");
    return options;
}

// Two lines on the process.
std::vector<std::string> heading_of(const analyze::Live& live, const read::SharedTables& tables) {
    const std::string sample =
        tables.sample_bytes == 0
            ? ""
            : fmt::format("   estimated from 1 in {}", size_to_text(static_cast<double>(tables.sample_bytes)));
    return {fmt::format("{} (pid {})   {} in {} blocks{}", tables.program, tables.owner,
                        size_to_text(static_cast<double>(live.live_bytes())), count_to_text(live.live_blocks()),
                        sample),
            fmt::format("{:%H:%M:%S}   {} since the mark, allocates {} a second", fmt::localtime(std::time(nullptr)),
                        size_delta_to_text(live.growth_bytes()), size_to_text(live.allocated_bytes_a_second()))};
}

Report report_of(const analyze::Live& live, const read::SharedTables& tables, const analyze::LiveView& view) {
    Report report;
    report.command = "top";
    report.heading = heading_of(live, tables);
    report.subjects = {{.file = "",
                        .program = tables.program,
                        .executable = tables.executable,
                        .pid = tables.owner,
                        .number = 0,
                        .run_id = tables.run_id,
                        .snapshot_unix_ns = static_cast<int64_t>(std::time(nullptr)) * 1'000'000'000,
                        .live_bytes = live.live_bytes(),
                        .live_blocks = live.live_blocks()}};
    report.shapes.emplace_back(live.table(view));
    if (const uint64_t pending = tables.pending_bytes(); pending != 0)
        report.notes.push_back(fmt::format("Each of {} threads holds back up to {}.", tables.threads,
                                           size_to_text(PROF_SHARED_PENDING_BYTES)));
    if (tables.is_cut)
        report.notes.push_back("The program ran out of address space to share: newer stacks are not here.");
    return report;
}

// A snapshot by a key: what to say of it.
std::string taken_of(pid_t pid) {
    const auto path = request_snapshot(
        pid, {.output = "", .timeout = snapshot_timeout, .is_cancelled = [] { return is_ended_by_signal(); }});
    if (!path) return "No snapshot: " + path.error().what;
    return fmt::format("Snapshot written to {}", path->string());
}

// On a terminal: one page that changes, and keys.
Result<int> watch(const SharedSlot& slot, const TopOptions& options, Screen& screen) {
    analyze::Live live({});
    TopView view(options.view);
    auto tables = slot.read();
    if (!tables) return tables.error();
    if (auto looked = live.look(*tables, now_ns()); !looked) return looked.error();
    const auto draw = [&] {
        screen.draw(view.page(live, heading_of(live, *tables), screen.lines(), screen.columns()));
    };
    for (size_t looks = 1; slot.is_alive() && (options.count == 0 || looks <= options.count);) {
        draw();
        const int key = screen.wait_for_key(options.interval);
        const TopView::Wish wish = view.press(key);
        if (wish == TopView::Wish::quit) break;
        if (wish == TopView::Wish::mark) live.mark();
        if (wish == TopView::Wish::snapshot) {
            view.say("Taking a snapshot …");
            draw();
            view.say(taken_of(options.pid));
        }
        if (key != key_none || view.is_paused()) continue;
        tables = slot.read();
        if (!tables) return tables.error();
        if (auto looked = live.look(*tables, now_ns()); !looked) return looked.error();
        ++looks;
    }
    return exit_fine;
}

// Elsewhere: a table, or a line of JSON, each time.
Result<int> list(const SharedSlot& slot, const TopOptions& options, Console& console) {
    analyze::Live live({});
    for (size_t looks = 1;; ++looks) {
        const auto tables = slot.read();
        if (!tables) return tables.error();
        if (auto looked = live.look(*tables, now_ns()); !looked) return looked.error();
        const Report report = report_of(live, *tables, options.view);
        console.print(options.json ? render::to_json_line(report)
                                   : render::to_text(report, console.text_options()) + "\n");
        if (!console.flush() || looks == options.count) return exit_fine;
        if (!wait_without_keys(options.interval) || !slot.is_alive()) return exit_fine;
    }
}

Result<int> run(const Typed& typed, Console& console) {
    const auto options = options_of(typed);
    if (!options) return options.error();
    const auto slot = SharedSlot::find(options->pid);
    if (!slot) return slot.error();
    end_by_signals();
    std::unique_ptr<Screen> screen;
    if (console.output_is_terminal() && !options->json) screen = Screen::open();
    const auto code = screen ? watch(*slot, *options, *screen) : list(*slot, *options, console);
    screen.reset();
    if (code && !slot->is_alive()) fmt::print(stderr, "heapkit: process {} has ended\n", options->pid);
    return code;
}

}  // namespace

Command top_command() {
    using Kind = Option::Kind;
    return {
        .name = "top",
        .summary = "Watch what a recorded process holds, live",
        .description =
            "Shows the sites that hold most, again and again, from counters that the process shares: it is never "
            "stopped and never asked. A site is the innermost frame of a call stack that is not an allocator's or a "
            "container's.\n\n"
            "On a terminal it is a page with keys: s sorts by live, growth, rate and count in turn, / filters by name "
            "as "
            "you type, m sets the mark from which growth counts, t takes a snapshot, p pauses, arrows move, ? explains "
            "and q quits. Elsewhere, or where the terminal's kind is not known, each look is printed below the last, "
            "with --json as one line.\n\n"
            "The process must be one that heapkit run started, a forked child of it that has done something since, "
            "or, with --follow-exec, a program that one of them started by exec. A program with libprof preloaded "
            "by hand shares nothing, since nobody holds what it shares; take snapshots of it.",
        .arguments = {{"PID", "The process."}},
        .options = {{.names = "--interval",
                     .kind = Kind::text,
                     .value = "TIME",
                     .help = "Look so often: 2s, 500ms.",
                     .fallback = "1s"},
                    {.names = "--count",
                     .kind = Kind::number,
                     .value = "N",
                     .help = "Look so many times.",
                     .fallback = "until the process ends"},
                    {.names = "--sort",
                     .kind = Kind::choice,
                     .value = "ORDER",
                     .help =
                         "What comes first: bytes that are live, growth since the mark, bytes allocated a second, or "
                         "the number of blocks.",
                     .choices = {"live", "growth", "rate", "count"},
                     .fallback = "live"},
                    {.names = "--filter",
                     .kind = Kind::text,
                     .value = "TEXT",
                     .help = "Show the sites whose names contain it, in whatever case.",
                     .fallback = "all"},
                    {.names = "--limit",
                     .kind = Kind::number,
                     .value = "N",
                     .help = "Show so many sites; 0 shows all. A page on a terminal has room for as many as it has.",
                     .fallback = "20"},
                    {.names = "--json", .help = "Print JSON, one line for each look."}},
        .examples = {{"heapkit top 4242", "watch it"},
                     {"heapkit top 4242 --sort growth --interval 10s", "what grows"},
                     {"heapkit top 4242 --count 60 --json > minute.jsonl", "a minute, for a program to read"}},
        .next = {"snapshot", "growth"},
        .run = run};
}

}  // namespace heapkit::cli

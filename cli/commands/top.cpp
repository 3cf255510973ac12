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
#include <optional>

#include "analyze/live.h"
#include "base/units.h"
#include "commands.h"
#include "console.h"
#include "render/json.h"
#include "render/text.h"
#include "screen.h"
#include "shared_slot.h"

namespace heapkit::cli {
namespace {

using analyze::LiveOrder;
using std::chrono::milliseconds;

constexpr milliseconds usual_interval{1000}, shortest_interval{50};
constexpr size_t usual_rows = 20, lines_around_rows = 6;

struct TopOptions {
    pid_t pid = 0;
    milliseconds interval = usual_interval;
    size_t count = 0;  // of looks; 0: until the process ends
    size_t limit = usual_rows;
    LiveOrder order = LiveOrder::live;
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
    options.limit = typed.number("limit", usual_rows);
    options.order = analyze::parse_live_order(typed.text("sort", "live")).value_or(LiveOrder::live);
    options.json = typed.has("json");
    return options;
}

Report report_of(const analyze::Live& live, const read::SharedTables& tables, LiveOrder order, size_t limit) {
    Report report;
    report.command = "top";
    const auto bytes = [](double amount) { return size_to_text(amount); };
    report.heading = {fmt::format("{:%H:%M:%S}  {} (pid {}): {} in {} blocks; {} since the mark; allocates {}/s",
                                  fmt::localtime(std::time(nullptr)), tables.program, tables.owner,
                                  bytes(static_cast<double>(live.live_bytes())), count_to_text(live.live_blocks()),
                                  size_delta_to_text(live.growth_bytes()), bytes(live.allocated_bytes_a_second()))};
    report.subjects = {{.file = "",
                        .program = tables.program,
                        .executable = tables.executable,
                        .pid = tables.owner,
                        .number = 0,
                        .run_id = tables.run_id,
                        .snapshot_unix_ns = static_cast<int64_t>(std::time(nullptr)) * 1'000'000'000,
                        .live_bytes = live.live_bytes(),
                        .live_blocks = live.live_blocks()}};
    report.shapes.emplace_back(live.table(order, limit));
    if (const uint64_t pending = tables.pending_bytes(); pending != 0)
        report.notes.push_back(
            fmt::format("Each of {} threads holds back up to {}.", tables.threads, bytes(PROF_SHARED_PENDING_BYTES)));
    if (tables.is_cut)
        report.notes.push_back("The program ran out of address space to share: newer stacks are not here.");
    return report;
}

LiveOrder next_of(LiveOrder order) {
    return order == LiveOrder::count ? LiveOrder::live : static_cast<LiveOrder>(static_cast<int>(order) + 1);
}

// On a terminal: one page that changes, and keys.
Result<int> watch(const SharedSlot& slot, TopOptions options, Console& console) {
    analyze::Live live({});
    auto tables = slot.read();
    if (!tables) return tables.error();
    if (auto looked = live.look(*tables, now_ns()); !looked) return looked.error();
    const Screen screen;
    bool is_paused = false;
    for (size_t looks = 1; slot.is_alive() && (options.count == 0 || looks <= options.count);) {
        const size_t room = std::max<size_t>(Screen::lines(), lines_around_rows + 1) - lines_around_rows;
        Report report = report_of(live, *tables, options.order, std::min(options.limit, room));
        report.notes.push_back(fmt::format("q quit  m mark  s sort (by {})  p {}", analyze::to_text(options.order),
                                           is_paused ? "go on" : "pause"));
        screen.draw(render::to_text(report, console.text_options()));
        const int key = wait_for_key(options.interval, true);
        if (key == end_key) break;
        if (key == 'm') live.mark();
        if (key == 's') options.order = next_of(options.order);
        if (key == 'p') is_paused = !is_paused;
        if (key != 0 || is_paused) continue;
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
        const Report report = report_of(live, *tables, options.order, options.limit);
        console.print(options.json ? render::to_json_line(report)
                                   : render::to_text(report, console.text_options()) + "\n");
        if (!console.flush() || looks == options.count) return exit_fine;
        if (wait_for_key(options.interval, false) == end_key || !slot.is_alive()) return exit_fine;
    }
}

Result<int> run(const Typed& typed, Console& console) {
    const auto options = options_of(typed);
    if (!options) return options.error();
    const auto slot = SharedSlot::find(options->pid);
    if (!slot) return slot.error();
    end_by_signals();
    const bool is_screen = console.output_is_terminal() && !options->json;
    const auto code = is_screen ? watch(*slot, *options, console) : list(*slot, *options, console);
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
            "On a terminal: q quits, m sets the mark from which growth counts, s sorts by live, growth, rate and "
            "count in turn, p pauses. Elsewhere each look is printed below the last, with --json as one line.\n\n"
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
                    {.names = "--limit",
                     .kind = Kind::number,
                     .value = "N",
                     .help = "Show so many sites; 0 shows all.",
                     .fallback = "20"},
                    {.names = "--json", .help = "Print JSON, one line for each look."}},
        .examples = {{"heapkit top 4242", "watch it"},
                     {"heapkit top 4242 --sort growth --interval 10s", "what grows"},
                     {"heapkit top 4242 --count 60 --json > minute.jsonl", "a minute, for a program to read"}},
        .next = {"snapshot", "growth"},
        .run = run};
}

}  // namespace heapkit::cli

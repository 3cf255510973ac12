// SPDX-License-Identifier: MIT
//
// See sudden.h: the shared tables become a snapshot, and that is asked like any other.
//
// Side: our process, cli. What the program shared may be damaged; nothing of it is a path or reaches a terminal as it
// is.
#include "sudden.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <csignal>
#include <cstring>

#include "analyze/losses.h"
#include "analyze/statistics.h"
#include "base/descriptor.h"
#include "base/units.h"
#include "new_file.h"
#include "read/shared_snapshot.h"
#include "render/safe_text.h"
#include "render/text.h"
#include "session.h"

namespace heapkit::cli {
namespace {

namespace fs = std::filesystem;

struct Shown {
    size_t lines, tracebacks;
};
constexpr Shown of_a_program{.lines = 10, .tracebacks = 3}, of_a_child{.lines = 5, .tracebacks = 1};
constexpr uint32_t names_tried_at_most = 100000;

// "SIGKILL"; the number where it has no name.
std::string name_of(int signal) {
    const char* const name = sigabbrev_np(signal);
    return name != nullptr ? std::string("SIG") + name : fmt::format("signal {}", signal);
}

// For a name of ours: what else was shared may be anything.
std::string file_name_of(const std::string& program) {
    std::string name;
    for (const char c : program.substr(program.rfind('/') + 1)) {
        if (std::isprint(static_cast<unsigned char>(c)) != 0) name += c;
    }
    return name.empty() || name.front() == '.' ? "program" : name;
}

// PROGRAM.PID.N.heap, the next N that is free.
fs::path path_for(const read::SharedTables& tables, const fs::path& folder, uint32_t& number) {
    fs::path path;
    std::error_code ignored;
    for (number = 1; number < names_tried_at_most; ++number) {
        path = folder / fmt::format("{}.{}.{}.heap", file_name_of(tables.program), tables.owner, number);
        if (!fs::exists(fs::symlink_status(path, ignored))) break;
    }
    return path;
}

uint64_t now_ns() {
    return static_cast<uint64_t>(std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count());
}

std::string_view text_of(const std::vector<std::byte>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A file of no folder, for when there is none to write to.
Descriptor in_memory(const std::vector<std::byte>& bytes) {
    Descriptor fd(memfd_create("snapshot", MFD_CLOEXEC));
    if (fd && write(fd.number(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) return Descriptor();
    return fd;
}

Result<Report> report_of(const Session& session, const Shown& shown) {
    Report report = session.begin_report("run");
    auto lines = analyze::statistics(session.first(), {.by = analyze::GroupBy::lineno}, {}, {.limit = shown.lines});
    if (!lines) return lines.error();
    auto tracebacks =
        analyze::statistics(session.first(), {.by = analyze::GroupBy::traceback}, {}, {.limit = shown.tracebacks});
    if (!tracebacks) return tracebacks.error();
    report.shapes = {std::move(*lines), std::move(*tracebacks)};
    report.notes = analyze::loss_notes(session.heaps(), analyze::on_counts | analyze::on_stacks);
    return report;
}

// `name`: in the place of the path, "": the path.
Result<void> show(const std::string& path, const std::string& name, const Shown& shown, const Console& console) {
    const auto session = Session::open({&path, 1}, console);
    if (!session) return session.error();
    auto report = report_of(*session, shown);
    if (!report) return report.error();
    if (!name.empty()) {
        report->subjects[0].file = name;
        report->heading = {};
    }
    render::TextOptions options = console.text_options();
    options.colour = options.colour && console.errors_are_terminal();
    session->clear_progress();
    std::fputs(render::to_text(*report, options).c_str(), stderr);
    return {};
}

std::string size_of(uint64_t bytes) { return size_to_text(static_cast<double>(bytes)); }

// "worker (pid 42), a forked child that began with 3.1 MiB of its parent's,"
std::string subject_of(const read::SharedTables& tables) {
    std::string text = fmt::format("{} (pid {})", render::safe_text(file_name_of(tables.program), {}), tables.owner);
    if (tables.is_forked)
        text += fmt::format(", a forked child that began with {} of its parent's,", size_of(tables.inherited_bytes));
    return text;
}

void say_how(const read::SharedTables& tables, const SuddenEnd& end) {
    const std::string how =
        end.signal != 0 ? fmt::format("was killed by {}", name_of(end.signal)) : "ended without a word to the recorder";
    fmt::print(stderr, "heapkit: sudden death: {} {}. What it shared until then:\n", subject_of(tables), how);
}

void say_briefly(const read::SharedTables& tables, const fs::path& written) {
    uint64_t bytes = 0, blocks = 0;
    for (const read::SharedTables::Stack& stack : tables.stacks)
        bytes += stack.counters.live_bytes, blocks += stack.counters.live_blocks;
    fmt::print(stderr, "heapkit: sudden death: {} had {} live in {} blocks{}\n", subject_of(tables), size_of(bytes),
               count_to_text(blocks), written.empty() ? "" : "; see " + written.string());
}

}  // namespace

std::optional<fs::path> report_sudden_end(const SuddenEnd& end, const Console& console) {
    const auto tables = read::read_shared_tables(end.memory, end.slot);
    if (!tables) {
        console.explain({"sudden death, and there is no report: " + tables.error().what, tables.error().hint});
        return std::nullopt;
    }
    if (!end.is_brief) say_how(*tables, end);
    uint32_t number = 1;
    const fs::path path = end.folder.empty() ? fs::path() : path_for(*tables, end.folder, number);
    const std::vector<std::byte> bytes = read::snapshot_of(
        *tables, {.number = number, .end_signal = static_cast<uint32_t>(end.signal), .unix_ns = now_ns()});
    const int error = path.empty() ? 0 : write_new_file(path.string(), text_of(bytes), 0600);
    if (error != 0)
        console.explain({fmt::format("cannot write {}: {}", path.string(), std::strerror(error)),
                         "Choose another folder with -o FOLDER."});
    const bool is_file = !path.empty() && error == 0;
    if (end.is_brief) {
        say_briefly(*tables, is_file ? path : fs::path());
        return is_file ? std::optional(path) : std::nullopt;
    }
    const Descriptor copy = is_file ? Descriptor() : in_memory(bytes);
    const Shown& shown = tables->is_forked ? of_a_child : of_a_program;
    const auto done = is_file ? show(path.string(), "", shown, console)
                              : show(fmt::format("/proc/self/fd/{}", copy.number()), "in memory", shown, console);
    if (!done) console.explain(done.error());
    return is_file ? std::optional(path) : std::nullopt;
}

}  // namespace heapkit::cli

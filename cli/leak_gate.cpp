// SPDX-License-Identifier: MIT
//
// The gate. Each run writes into a folder of its own, so that tests that run side by side are not judged by each
// other's snapshots. When the program has ended, they are moved to where they are kept or opened and removed, and the
// folder goes: the analysis, which may be long, needs their memory and no name, and whoever ends it, with ^C or kill -9,
// leaves nothing behind. Until then signals are handed on to the program or wait.
//
// Side: our process, cli.
#include "leak_gate.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "analyze/heading.h"
#include "leaks.h"
#include "session.h"

namespace heapkit::cli {
namespace {

namespace fs = std::filesystem;

// A folder that only we can read, gone with what is left in it at the end.
class PrivateFolder {
   public:
    static Result<PrivateFolder> make_in(const fs::path& parent) {
        std::error_code error;
        fs::create_directories(parent, error);
        std::string path = (parent / "heapkit-XXXXXX").string();
        if (!error && mkdtemp(path.data()) != nullptr) return PrivateFolder(path);
        return Error{fmt::format("cannot make a folder in {}: {}", parent.string(),
                                 error ? error.message() : std::strerror(errno)),
                     "Name another place with -o FOLDER."};
    }
    PrivateFolder(PrivateFolder&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
    PrivateFolder& operator=(PrivateFolder&&) = delete;
    ~PrivateFolder() { remove(); }
    void remove() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(std::exchange(path_, {}), ignored);
    }
    const fs::path& path() const noexcept { return path_; }

   private:
    explicit PrivateFolder(fs::path path) : path_(std::move(path)) {}
    fs::path path_;
};

struct Verdict {
    size_t processes = 0, leaky = 0;
    bool has_main = false;   // the program itself was among them
    bool has_error = false;  // one could not be judged
};

void say(const std::string& line) { fmt::print(stderr, "heapkit: {}\n", line); }

void show(const Session& session, analyze::Leaks leaks, const Console& console) {
    Report report = session.begin_report("leaks");
    report.subjects[0].file = "at its end";  // the file moves or goes
    report.heading = analyze::heading_of(report.subjects);
    add_leaks(session, std::move(leaks), report);
    render::TextOptions options = console.text_options();
    options.colour = options.colour && console.errors_are_terminal();
    session.clear_progress();
    std::fputs(render::to_text(report, options).c_str(), stderr);
}

// One process at its end. Others' snapshots, asked for while they ran, are not a verdict.
Result<bool> judge(Result<Session> session, const LeakGate& gate, const Console& console, Verdict& verdict,
                   pid_t main) {
    if (!session) return session.error();
    const prof_process& process = session->first().snapshot().process();
    if (process.reason != PROF_REASON_EXIT) return false;
    ++verdict.processes;
    verdict.has_main |= process.pid == static_cast<uint32_t>(main);
    analyze::LeakOptions options = gate.leaks;
    options.heap = &session->first();
    auto leaks = analyze::leaks(options);
    if (!leaks) return leaks.error();
    const bool found = leaks->blocks > 0;
    const bool hides_doubts = leaks->doubtful_blocks > 0 && !options.kinds.possible;
    if (found || hides_doubts || !leaks->suppressions.rows.empty()) show(*session, std::move(*leaks), console);
    return found;
}

// What a run left, out of its folder.
struct Left {
    Ended ended;
    std::vector<Result<Session>> sessions;
    std::vector<std::string> kept;  // what became of each file, when it is kept
};

// Ends each session when it is judged.
Verdict judge_all(Left& left, const LeakGate& gate, const Console& console) {
    Verdict verdict;
    for (Result<Session>& session : left.sessions) {
        const auto found = judge(std::move(session), gate, console, verdict, left.ended.pid);
        if (!found) {
            console.explain(found.error());
            verdict.has_error = true;
        } else if (*found) {
            ++verdict.leaky;
        }
    }
    return verdict;
}

// Under its own name, or the next that is free. Where it is then, and what is to be said of it.
std::pair<fs::path, std::string> keep(const fs::path& snapshot, const fs::path& folder) {
    std::error_code error;
    fs::path target = folder / snapshot.filename();
    for (int i = 2; fs::exists(target, error); ++i)
        target = folder / fmt::format("{}-{}.heap", snapshot.stem().string(), i);
    fs::rename(snapshot, target, error);
    if (!error) return {target, fmt::format("wrote {}", target.string())};
    return {snapshot, fmt::format("cannot move {} to {}: {}", snapshot.string(), target.string(), error.message())};
}

std::string processes_text(size_t count) { return fmt::format("{} process{}", count, count == 1 ? "" : "es"); }

int conclude(const Verdict& verdict, const Ended& ended, const LeakGate& gate) {
    if (!verdict.has_main)
        say(fmt::format("the program (pid {}) left no snapshot at its end, so it is not checked for leaks", ended.pid));
    if (verdict.leaky > 0) {
        say(fmt::format("leaks in {} of {}", verdict.leaky, processes_text(verdict.processes)));
    } else if (verdict.processes > 0 && !verdict.has_error) {
        say(fmt::format("no leaks in {}", processes_text(verdict.processes)));
    }
    if (ended.code != 0) return ended.code;
    if (verdict.leaky > 0) return gate.exit_code;
    return verdict.has_main && !verdict.has_error ? exit_fine : exit_error;
}

void take_out(const std::vector<fs::path>& snapshots, const fs::path& folder, const Console& console, Left& left) {
    for (const fs::path& snapshot : snapshots) {
        std::string path = snapshot.string();
        if (!folder.empty()) {
            auto [target, what] = keep(snapshot, folder);
            path = target.string();
            left.kept.push_back(std::move(what));
        }
        left.sessions.push_back(Session::open({&path, 1}, console));
    }
}

Result<Left> run_in_folder_of_its_own(LeakGate& gate, const Console& console) {
    std::error_code error;
    const fs::path parent = gate.keep.empty() ? fs::temp_directory_path(error) : gate.keep;
    auto folder = PrivateFolder::make_in(parent.empty() ? "/tmp" : parent);
    if (!folder) return folder.error();
    gate.run.folder = folder->path();
    Left left;
    left.ended = run_to_end(gate.run, [&](const Ended& ended) {
        take_out(ended.snapshots, gate.keep, console, left);
        folder->remove();
    });
    return left;
}

}  // namespace

Result<int> run_leak_gate(LeakGate gate, const Console& console) {
    auto left = run_in_folder_of_its_own(gate, console);
    if (!left) return left.error();
    if (left->ended.pid == 0) return left->ended.code;
    const Verdict verdict = judge_all(*left, gate, console);
    for (const std::string& line : left->kept) say(line);
    return conclude(verdict, left->ended, gate);
}

}  // namespace heapkit::cli

// SPDX-License-Identifier: MIT
//
// The gate. Each run writes into a folder of its own, so that tests that run side by side are not judged by each
// other's snapshots. When the program has ended, they are moved to where they are kept or opened and removed, and the
// folder goes: the analysis, which may be long, needs their memory and no name, and whoever ends it, with ^C or kill
// -9, leaves nothing behind. Until then signals are handed on to the program or wait; kill -9 cannot wait, and the
// program may write on after it. So each run holds a lock on its folder, which ends with it in any way, and first takes
// away those folders beside its own that nobody holds.
//
// Side: our process, cli.
#include "leak_gate.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "analyze/heading.h"
#include "junit.h"
#include "leaks.h"
#include "session.h"

namespace heapkit::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view folder_prefix = "heapkit-leaks-";

// A folder of ours, opened so that it can be locked: no link, and of no other user. -1: it is none. A program that is
// started does not inherit the lock.
int open_own_folder(const fs::path& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat facts {};
    if (fd < 0 || (fstat(fd, &facts) == 0 && facts.st_uid == geteuid())) return fd;
    close(fd);
    return -1;
}

bool is_at(const fs::path& path, int fd) {
    struct stat there {
    }, here{};
    return lstat(path.c_str(), &there) == 0 && fstat(fd, &here) == 0 && there.st_ino == here.st_ino &&
           there.st_dev == here.st_dev;
}

// What runs left that were killed.
void take_away_abandoned(const fs::path& parent) {
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(parent, ignored)) {
        if (!entry.path().filename().string().starts_with(folder_prefix)) continue;
        const int fd = open_own_folder(entry.path());
        if (fd < 0) continue;
        if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_at(entry.path(), fd)) fs::remove_all(entry.path(), ignored);
        close(fd);
    }
}

// A folder that only we can read, gone with what is left in it at the end.
class PrivateFolder {
   public:
    static Result<PrivateFolder> make_in(const fs::path& parent) {
        std::error_code error;
        fs::create_directories(parent, error);
        if (error) return refusal(parent, error.message());
        take_away_abandoned(parent);
        for (int tries = 0; tries < 100; ++tries) {
            std::string path = (parent / folder_prefix).string() + "XXXXXX";
            if (mkdtemp(path.data()) == nullptr) return refusal(parent, std::strerror(errno));
            const int lock = open_own_folder(path);
            if (lock < 0) return refusal(parent, std::strerror(errno));
            flock(lock, LOCK_EX);  // where there are no locks, no run can take away what others left
            if (is_at(path, lock)) return PrivateFolder(path, lock);
            close(lock);  // another run was faster to lock it than we, and took it away
        }
        return refusal(parent, "other runs take each one away");
    }
    PrivateFolder(PrivateFolder&& other) noexcept
        : path_(std::exchange(other.path_, {})), lock_(std::exchange(other.lock_, -1)) {}
    PrivateFolder& operator=(PrivateFolder&&) = delete;
    ~PrivateFolder() { remove(); }
    void remove() {
        std::error_code ignored;
        if (path_.empty()) return;
        fs::remove_all(std::exchange(path_, {}), ignored);
        close(lock_);
    }
    const fs::path& path() const noexcept { return path_; }

   private:
    PrivateFolder(fs::path path, int lock) : path_(std::move(path)), lock_(lock) {}
    static Error refusal(const fs::path& parent, const std::string& why) {
        return Error{fmt::format("cannot make a folder in {}: {}", parent.string(), why),
                     "Name another place with -o FOLDER."};
    }
    fs::path path_;
    int lock_;
};

struct Verdict {
    size_t processes = 0, leaky = 0;
    bool has_main = false;   // the program itself was among them
    bool has_error = false;  // one could not be judged
    TestSuite suite = {.name = "heapkit.leaks"};
};

void say(const std::string& line) { fmt::print(stderr, "heapkit: {}\n", line); }

Report report_of(const Session& session, analyze::Leaks leaks) {
    Report report = session.begin_report("leaks");
    report.subjects[0].file = "at its end";  // the file moves or goes
    report.heading = analyze::heading_of(report.subjects);
    add_leaks(session, std::move(leaks), report);
    return report;
}

void show(const Session& session, const Report& report, const Console& console) {
    render::TextOptions options = console.text_options();
    options.colour = options.colour && console.errors_are_terminal();
    session.clear_progress();
    std::fputs(render::to_text(report, options).c_str(), stderr);
}

// By the program's name: a process's number says nothing from one build to the next.
void add_case(std::string_view program, int64_t lost_blocks, const Report& report, TestSuite& suite) {
    const auto is_of_program = [&](const TestCase& each) {
        return each.name.substr(0, each.name.find(" #")) == program;
    };
    const auto before = std::ranges::count_if(suite.cases, is_of_program);
    TestCase judged{.name = before == 0 ? std::string(program) : fmt::format("{} #{}", program, before + 1)};
    if (lost_blocks > 0) {
        judged.outcome = TestCase::Outcome::failed;
        judged.message = fmt::format("{} block{} lost", lost_blocks, lost_blocks == 1 ? " is" : "s are");
        judged.details = render::to_text(report, {});
    }
    suite.cases.push_back(std::move(judged));
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
    const int64_t lost = leaks->blocks;
    const bool hides_doubts = leaks->doubtful_blocks > 0 && !options.kinds.possible;
    const bool says_more = lost > 0 || hides_doubts || !leaks->suppressions.rows.empty();
    const Report report = report_of(*session, std::move(*leaks));
    if (says_more) show(*session, report, console);
    add_case(session->first().snapshot().program(), lost, report, verdict.suite);
    return lost > 0;
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
            verdict.suite.cases.push_back({.name = "a snapshot that could not be judged",
                                           .outcome = TestCase::Outcome::could_not_tell,
                                           .message = found.error().what});
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

// That a program which was not checked is not taken for a clean one.
TestCase unchecked(const LeakGate& gate, std::string why) {
    return {.name = fs::path(gate.run.command.front()).filename().string(),
            .outcome = TestCase::Outcome::could_not_tell,
            .message = std::move(why)};
}

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
    const bool has_started = left->ended.pid != 0;
    Verdict verdict = has_started ? judge_all(*left, gate, console) : Verdict();
    for (const std::string& line : left->kept) say(line);
    const int code = has_started ? conclude(verdict, left->ended, gate) : left->ended.code;
    if (!verdict.has_main)
        verdict.suite.cases.push_back(
            unchecked(gate, has_started ? "it left no snapshot at its end" : "it was not started"));
    if (!gate.junit.empty()) {
        if (auto written = write_junit(gate.junit, verdict.suite, console); !written) return written.error();
    }
    return code;
}

}  // namespace heapkit::cli

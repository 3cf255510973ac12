// SPDX-License-Identifier: MIT
//
// heapkit snapshot PID. See request.h.
//
// Side: our process, cli.
//
//   write the path, count the request ── answered at the process's next allocation
//                                    └─ no answer in 200 ms: the signal, once more after a while (the thread that got
//                                       it may have been inside the dynamic linker)
#include "request.h"

#include <signal.h>
#include <unistd.h>

#include <optional>
#include <thread>

#include "process/other_files.h"
#include "process/page.h"

namespace heapkit::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds between_looks{2}, between_looks_at_the_map{100};
constexpr int programs_at_most = 3;  // that the process may become while we ask
constexpr milliseconds signals_after[] = {milliseconds(PROF_REQUEST_GRACE_MS), milliseconds(1000), milliseconds(3000)};

std::string called(pid_t pid) { return "process " + std::to_string(pid); }

std::optional<Error> why_not(pid_t pid, const ControlPage& page) {
    switch (page.state()) {
        case PROF_CONTROL_RECORDING:
        case PROF_CONTROL_STOPPED:
            return std::nullopt;
        case PROF_CONTROL_STARTING:
            return Error{called(pid) + " is only starting", "Ask again in a moment."};
        case PROF_CONTROL_ASLEEP:
            return Error{called(pid) + " is not recorded any more: the agent in it sleeps",
                         "It said why on its standard error."};
        default:
            return Error{called(pid) + " is ending", ""};
    }
}

// The answer came: as a path, or as an error.
Result<fs::path> answer_of(pid_t pid, const ControlPage& page) {
    switch (page.result()) {
        case PROF_RESULT_OK:
            return fs::path(page.reply_path());
        case PROF_RESULT_BUSY:
            return Error{called(pid) + " is writing another snapshot", "Ask again when it is done."};
        default:
            return Error{called(pid) + " could not write the snapshot: " + page.reply_text(),
                         "It runs on. Choose another place with -o FILE."};
    }
}

Error no_answer(pid_t pid, const ControlPage& page, std::chrono::seconds timeout) {
    return {called(pid) + " did not answer within " + std::to_string(timeout.count()) + " s",
            page.signal_number() == 0
                ? "It takes no signal (PROF=signal=off, or the program has it), and made no allocation."
                : "It may be stopped, or block signal " + std::to_string(page.signal_number()) + "."};
}

// Empty: the process became another program by exec.
std::optional<Result<fs::path>> wait_for(uint32_t number, pid_t pid, const ControlPage& page,
                                         const RequestOptions& options) {
    const Clock::time_point start = Clock::now();
    Clock::duration looked{};
    size_t signals = 0;
    for (;;) {
        if (page.is_answered(number)) return answer_of(pid, page);
        const auto waited = Clock::now() - start;
        if (waited - looked > between_looks_at_the_map) {
            looked = waited;
            if (!page.is_mapped_by(pid) && !has_ended(pid) && page.state() != PROF_CONTROL_GONE) return std::nullopt;
        }
        if (page.state() == PROF_CONTROL_GONE || has_ended(pid))
            return Error{called(pid) + " ended before the snapshot was whole", ""};
        if (options.is_cancelled && options.is_cancelled()) return Error{"interrupted", ""};
        if (waited > options.timeout) return no_answer(pid, page, options.timeout);
        if (page.signal_number() != 0 && signals < std::size(signals_after) && waited > signals_after[signals]) {
            ++signals;
            sigqueue(pid, static_cast<int>(page.signal_number()), sigval{.sival_int = static_cast<int>(number)});
        }
        std::this_thread::sleep_for(between_looks);
    }
}

// The snapshot is renamed into place. The process asks this too; here the answer is in the user's own words, and at
// once.
std::optional<Error> why_not_over(const fs::path& output) {
    std::error_code ignored;
    const fs::file_status there = fs::symlink_status(output, ignored);
    if (output.empty() || !fs::exists(there) || fs::is_regular_file(there)) return std::nullopt;
    return Error{output.string() + (fs::is_symlink(there) ? " is a symbolic link" : " is no regular file"),
                 "Name a file that is new, or an old snapshot."};
}

uint32_t flags_of(const RequestOptions& options) {
    uint32_t flags = 0;
    if (options.all_registers) flags |= PROF_REQUEST_ALL_REGISTERS;
    if (options.hashes) flags |= PROF_REQUEST_HASHES;
    return flags;
}

std::optional<Result<fs::path>> ask_program(pid_t pid, const RequestOptions& options) {
    auto page = ControlPage::open(pid, options.force);
    if (!page) return page.error();
    if (auto error = why_not(pid, *page)) return *error;
    if (!page->lock()) return Error{called(pid) + " is being asked for another snapshot", "Ask again when it is done."};
    const std::string path = options.output.empty() ? "" : fs::absolute(options.output).lexically_normal().string();
    if (path.size() >= PROF_CONTROL_PATH_BYTES) return Error{"the path is too long: " + path, ""};
    const bool is_elsewhere = has_own_files(pid);
    const uint32_t number = page->ask(is_elsewhere ? std::string() : path, flags_of(options));
    auto answer = wait_for(number, pid, *page, options);
    if (!is_elsewhere || !answer || !*answer) return answer;
    if (path.empty()) return Result<fs::path>(seen_from_here(pid, **answer));
    const auto taken = take_out(pid, **answer, path);
    return taken ? Result<fs::path>(fs::path(path)) : Result<fs::path>(taken.error());
}

}  // namespace

Result<fs::path> request_snapshot(pid_t pid, const RequestOptions& options) {
    if (auto error = why_not_over(options.output)) return *std::move(error);
    for (int i = 0; i < programs_at_most; ++i) {
        if (auto answer = ask_program(pid, options)) return *std::move(answer);
    }
    return Error{called(pid) + " keeps becoming another program", "Ask again when it has settled."};
}

}  // namespace heapkit::cli

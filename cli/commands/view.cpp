// SPDX-License-Identifier: MIT
//
// heapkit view: the same answers as a page to click through.
//
// Side:    our process, cli.
// Threads: answers are worked out by one, requests are served by others (viewer/server); this one waits for the signal
//          that ends it all.
// Signals: SIGINT, SIGTERM and SIGHUP end it, with exit status 0; they are blocked, and taken by sigwait().
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "analyze/heading.h"
#include "base/descriptor.h"
#include "commands.h"
#include "server/answers.h"
#include "server/door.h"
#include "server/page.h"
#include "server/server.h"
#include "server/snapshot_watch.h"
#include "server/worker.h"
#include "session.h"
#include "view_session.h"

extern char** environ;

namespace heapkit::cli {
namespace {

constexpr std::chrono::milliseconds patience(200);  // for an analysis that is under way when we are told to end

// The signals that end us, blocked in this thread and in those that it starts.
class EndingSignals {
   public:
    EndingSignals() {
        sigemptyset(&set_);
        for (const int each : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set_, each);
        pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    }
    void wait() const {
        int number = 0;
        while (sigwait(&set_, &number) != 0) {
        }
    }

   private:
    sigset_t set_;
};

// A file of ours alone that leads a browser to the address: as an argument of the browser's, every user of the machine
// could read the token. Gone when we end.
class Doorstep {
   public:
    Doorstep() = default;
    Doorstep(const Doorstep&) = delete;
    Doorstep& operator=(const Doorstep&) = delete;
    ~Doorstep() {
        if (!path_.empty()) unlink(path_.c_str());
    }

    Result<std::string> lead_to(const std::string& address) {
        const char* const folder = std::getenv("XDG_RUNTIME_DIR");
        std::string path = fmt::format("{}/heapkit-view-XXXXXX.html", folder != nullptr ? folder : "/tmp");
        constexpr int ending = 5;  // ".html"
        const Descriptor file(mkstemps(path.data(), ending));
        const std::string html = fmt::format(
            "<!doctype html><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"0; url={0}\">"
            "<title>heapkit view</title><a href=\"{0}\">{0}</a>\n",
            address);
        if (!file) return Error{"no file can be made in " + std::string(folder != nullptr ? folder : "/tmp"), ""};
        path_ = path;
        if (write(file.number(), html.data(), html.size()) != static_cast<ssize_t>(html.size()))
            return Error{path_ + " cannot be written", ""};
        return path_;
    }

   private:
    std::string path_;
};

Result<void> open_browser(const std::string& file) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (const int output : {STDOUT_FILENO, STDERR_FILENO})
        posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);  // which the HTTP library ignores
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::string program = "xdg-open", argument = file;
    char* const arguments[] = {program.data(), argument.data(), nullptr};
    pid_t child = 0;
    const int error = posix_spawnp(&child, "xdg-open", &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error == 0) return {};
    return Error{"no browser can be started: xdg-open is not there", "Open the address yourself."};
}

void open_in_browser(Doorstep& doorstep, const std::string& address, const Console& console) {
    const auto file = doorstep.lead_to(address);
    const auto opened = file ? open_browser(*file) : Result<void>(file.error());
    if (!opened) console.explain(opened.error());
}

struct Served {
    Result<void> result;
    bool has_worker_ended = true;  // false: it is deep in an analysis, which nothing can interrupt
};

// Until a signal comes, or the socket fails. Who waits for an answer then is told.
Served serve_until_told(viewer::Server& server, viewer::Worker& worker, const EndingSignals& signals) {
    Served served;
    std::thread serving([&] {
        served.result = server.serve();
        kill(getpid(), SIGTERM);  // when it ends by itself, so do we
    });
    signals.wait();
    served.has_worker_ended = worker.stop(patience);
    server.stop();
    serving.join();
    return served;
}

Served serve_and_open(viewer::Server& server, viewer::Worker& worker, const EndingSignals& signals, const Typed& typed,
                      const Console& console) {
    Doorstep doorstep;
    if (typed.has("open")) open_in_browser(doorstep, server.address(), console);
    return serve_until_told(server, worker, signals);
}

Result<int> run(const Typed& typed, Console& console) {
    const size_t port = typed.number("port", 0);
    if (port > UINT16_MAX) return Error{fmt::format("there is no port {}", port), "The highest is 65535."};
    const EndingSignals signals;
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    auto opened = snapshots_to_view(*session, typed);
    if (!opened) return opened.error();
    auto token = viewer::new_token();
    if (!token) return token.error();
    viewer::Answers answers(*std::move(opened));
    viewer::SnapshotWatch::park_on_bus_error();

    viewer::Worker* desk = nullptr;
    auto server =
        viewer::Server::bind({.port = static_cast<uint16_t>(port),
                              .token = *std::move(token),
                              .page = viewer::page_with({}),
                              .ask = [&desk](const viewer::Question& question) { return desk->ask(question); }});
    if (!server) return server.error();
    viewer::Worker worker(answers, {.is_ahead = [&] { session->clear_progress(); }});
    desk = &worker;
    console.print(fmt::format("Serving {} at {}  (Ctrl-C ends it)\n", typed.arguments().front(), server->address()));
    if (!console.flush()) return Error{"the address cannot be written to standard output", ""};
    const Served served = serve_and_open(*server, worker, signals, typed, console);
    if (!served.has_worker_ended) {
        std::fflush(nullptr);
        std::_Exit(served.result ? exit_fine : exit_error);
    }
    session->clear_progress();
    if (!served.result) return served.result.error();
    return exit_fine;
}

}  // namespace

Command view_command() {
    return {
        .name = "view",
        .summary = "A page to click through: all answers in a browser, served on this machine alone",
        .description =
            "Serves a page at an address that it prints: findings, types, flame graphs, what changed, objects to walk "
            "from one to the next, who holds them, dominators, containers, closures, leaks, cycles and waste. Several "
            "snapshots may be named, in any order: the newest is shown, and compared with the others.\n\n"
            "Only this machine can reach it, and only who has the address: it has a random token in it, and requests "
            "of other pages are refused. Nothing is sent anywhere. Tables are turned over page by page, so that the "
            "browser never has more than a window of a large heap. Ctrl-C ends it.\n\n"
            "heapkit report writes the same page into a file.",
        .arguments = {{"SNAPSHOT", "Snapshots of one program.", 1, SIZE_MAX}},
        .options = {{.names = "--port",
                     .kind = Option::Kind::number,
                     .value = "N",
                     .help = "Serve at this port.",
                     .fallback = "one that is free"},
                    {.names = "--open", .help = "Open the page in the browser, through xdg-open."},
                    {.names = "--force", .help = "Compare snapshots of different programs all the same."}},
        .examples = {{"heapkit view 2.heap 1.heap --open", "look around, with what grew since 1.heap"},
                     {"heapkit view 2.heap --port 8123", "where an ssh tunnel expects it"}},
        .next = {"report", "diagnose"},
        .run = run};
}

}  // namespace heapkit::cli

// SPDX-License-Identifier: MIT
//
// docserver: a small document service with two leaks that reviewers miss, to try heapkit on. See README.md.
//
// Side:    example.
// Signals: SIGTERM and SIGINT end it in an orderly way.
#include <prof/prof.h>
#include <signal.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "server.h"
#include "visitors.h"

namespace {

constexpr const char* usage =
    "Usage: docserver [--leaky | --fixed] [--rate VISITS_PER_SECOND | --visits NUMBER]\n"
    "  --leaky    the cache never evicts and subscriptions never end (default)\n"
    "  --fixed    both mended\n"
    "  --rate N   visits a second, 1 to 100000 (default 1000), until SIGTERM or Ctrl-C\n"
    "  --visits N so many visits, 4 to 100000, with a snapshot after each quarter, then the end\n";

constexpr int snapshots = 4;

struct Options {
    docserver::Mistakes mistakes;
    int rate = 1000;
    int visits = 0;  // 0: at that rate
};

std::optional<int> number_from(std::string_view text, int least) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < least || number > 100'000)
        return std::nullopt;
    return number;
}

std::optional<Options> options_from(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--leaky") {
            options.mistakes = {};
        } else if (argument == "--fixed") {
            options.mistakes = {.cache_never_evicts = false, .subscriptions_never_end = false};
        } else if ((argument == "--rate" || argument == "--visits") && i + 1 < argc) {
            const bool is_rate = argument == "--rate";
            const std::optional<int> number = number_from(argv[++i], is_rate ? 1 : snapshots);
            if (!number) return std::nullopt;
            (is_rate ? options.rate : options.visits) = *number;
        } else {
            return std::nullopt;
        }
    }
    return options;
}

void visit_until(const sigset_t& ending, docserver::Visitors& visitors, int rate) {
    visitors.start(rate);
    int signal_number = 0;
    sigwait(&ending, &signal_number);
    visitors.stop();
}

// The same each time: nothing waits for a clock.
void visit_and_take_snapshots(docserver::Visitors& visitors, int visits) {
    for (int number = 1; number <= snapshots; ++number) {
        visitors.make(visits / snapshots);
        prof_take_snapshot((std::to_string(number) + ".heap").c_str());
    }
    visitors.stop();
}

}  // namespace

int main(int argc, char** argv) {
    const std::optional<Options> options = options_from(argc, argv);
    if (!options) {
        std::fputs(usage, stderr);
        return 2;
    }
    // Blocked before any thread starts, so that all inherit it and sigwait() below is the one place that sees them.
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);

    docserver::Server server(options->mistakes);
    const int port = server.start();
    if (port < 0) {
        std::fputs("docserver: no loopback port is free\n", stderr);
        return 1;
    }
    docserver::Visitors visitors(port);
    if (options->visits == 0) {
        std::printf("docserver: http://127.0.0.1:%d/documents/1, %d visits a second\n", port, options->rate);
        std::fflush(stdout);
        visit_until(ending, visitors, options->rate);
    } else {
        visit_and_take_snapshots(visitors, options->visits);
    }
    server.stop();
    std::printf("docserver: served %zu requests\n", server.served());
    return 0;
}

// SPDX-License-Identifier: MIT
//
// docserver: a small document service with two leaks that reviewers miss, to try heapkit on. See README.md.
//
// Side:    example.
// Signals: SIGTERM and SIGINT end it in an orderly way.
#include <signal.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "server.h"
#include "visitors.h"

namespace {

constexpr const char* usage =
    "Usage: docserver [--leaky | --fixed] [--rate VISITS_PER_SECOND]\n"
    "  --leaky    the cache never evicts and subscriptions never end (default)\n"
    "  --fixed    both mended\n"
    "  --rate N   visits a second, 1 to 100000 (default 1000)\n";

struct Options {
    docserver::Mistakes mistakes;
    int rate = 1000;
};

std::optional<int> rate_from(std::string_view text) {
    int rate = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
    if (error != std::errc() || end != text.data() + text.size() || rate < 1 || rate > 100'000) return std::nullopt;
    return rate;
}

std::optional<Options> options_from(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--leaky") {
            options.mistakes = {};
        } else if (argument == "--fixed") {
            options.mistakes = {.cache_never_evicts = false, .subscriptions_never_end = false};
        } else if (argument == "--rate" && i + 1 < argc) {
            const std::optional<int> rate = rate_from(argv[++i]);
            if (!rate) return std::nullopt;
            options.rate = *rate;
        } else {
            return std::nullopt;
        }
    }
    return options;
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
    std::printf("docserver: http://127.0.0.1:%d/documents/1, %d visits a second\n", port, options->rate);
    std::fflush(stdout);

    docserver::Visitors visitors;
    visitors.start(port, options->rate);
    int signal_number = 0;
    sigwait(&ending, &signal_number);
    visitors.stop();
    server.stop();
    std::printf("docserver: served %zu requests\n", server.served());
    return 0;
}

// SPDX-License-Identifier: MIT
//
// The progress bar, on a terminal of its own and by a clock of its own.
//
// Side: tests.
#include "progress.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

#include "catch.h"

using namespace heapkit::cli;
using std::chrono::milliseconds;

namespace {

// The two ends of a pseudo-terminal: what is drawn on one is read at the other.
class Terminal {
   public:
    Terminal() : reader_(posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK)) {
        if (reader_ < 0 || grantpt(reader_) != 0 || unlockpt(reader_) != 0) return;
        if (const char* name = ptsname(reader_)) drawer_ = fopen(name, "w");
    }
    ~Terminal() {
        if (drawer_ != nullptr) fclose(drawer_);
        if (reader_ >= 0) close(reader_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    std::FILE* drawer() const { return drawer_; }  // nullptr: there are no terminals here, as in some chroots
    // What has been drawn since the last call.
    std::string shown() const {
        char buffer[4096];
        const ssize_t got = read(reader_, buffer, sizeof buffer);
        return got > 0 ? std::string(buffer, static_cast<size_t>(got)) : std::string();
    }

   private:
    int reader_;
    std::FILE* drawer_ = nullptr;
};

struct Work {
    Progress::Clock::time_point now{};
    Progress progress;
    explicit Work(std::FILE* terminal) : progress(terminal, [this] { return now; }) {}
    void after(int passed_ms, uint64_t done) {
        now += milliseconds(passed_ms);
        progress.report("symbols", done, 100);
    }
};

size_t count_of(const std::string& text, const std::string& part) {
    size_t count = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

}  // namespace

TEST_CASE("a bar is drawn after a second, not more often than ten times a second, and erased at the end") {
    const Terminal terminal;
    if (terminal.drawer() == nullptr) {
        WARN("no terminal to be had here");
        return;
    }
    {
        Work work(terminal.drawer());
        work.after(0, 0);
        work.after(999, 10);
        CHECK(terminal.shown().empty());
        work.after(1, 50);
        const std::string half = terminal.shown();
        CHECK(half.find("symbols  50 %") != std::string::npos);
        CHECK(count_of(half, "█") == 15);
        CHECK(count_of(half, "░") == 15);
        work.after(99, 60);
        CHECK(terminal.shown().empty());
        work.after(1, 200);  // more than was announced is still the whole
        CHECK(terminal.shown().find("symbols 100 %") != std::string::npos);
    }
    CHECK(terminal.shown() == "\r\x1b[K");
}

TEST_CASE("work under a second leaves nothing on the terminal") {
    const Terminal terminal;
    if (terminal.drawer() == nullptr) return;
    { Work(terminal.drawer()).after(999, 99); }
    CHECK(terminal.shown().empty());
}

// SPDX-License-Identifier: MIT
//
// See screen.h.
//
// Side: our process, cli.
#include "screen.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>

namespace heapkit::cli {
namespace {

constexpr size_t usual_lines = 24;
volatile std::sig_atomic_t is_ended = 0;

void on_signal(int) { is_ended = 1; }

void put(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

}  // namespace

Screen::Screen() {
    has_keys_ = isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &before_) == 0;
    if (has_keys_) {
        termios raw = before_;
        raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        raw.c_cc[VMIN] = 0;
        raw.c_cc[VTIME] = 0;
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    put("\x1b[?1049h\x1b[?25l");  // another page of the terminal, no cursor
}

Screen::~Screen() {
    put("\x1b[?25h\x1b[?1049l");
    if (has_keys_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

size_t Screen::lines() {
    winsize size{};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : usual_lines;
}

void Screen::draw(std::string_view text) const {
    std::string drawn = "\x1b[H";
    size_t left = lines();
    while (!text.empty() && left-- > 0) {
        const size_t end = std::min(text.find('\n'), text.size());
        drawn += text.substr(0, end);
        drawn += "\x1b[K";  // what was there to the right
        if (left > 0) drawn += "\r\n";
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    put(drawn + "\x1b[J");
}

int wait_for_key(std::chrono::milliseconds time, bool has_keys) {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    const int ready = is_ended != 0 ? 0 : poll(&input, has_keys ? 1 : 0, static_cast<int>(time.count()));
    if (is_ended != 0) return end_key;
    char key = 0;
    if (ready <= 0) return 0;
    return read(STDIN_FILENO, &key, 1) == 1 ? key : end_key;  // the terminal is gone
}

void end_by_signals() {
    struct sigaction action {};
    action.sa_handler = on_signal;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

}  // namespace heapkit::cli

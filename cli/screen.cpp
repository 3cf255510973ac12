// SPDX-License-Identifier: MIT
//
// See screen.h.
//
// Side: our process, cli.
#include "screen.h"

#include <curses.h>
#include <langinfo.h>
#include <poll.h>
#include <unistd.h>

#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace heapkit::cli {
namespace {

constexpr int escape_wait_ms = 25;  // for what follows an escape character when it is an arrow
volatile std::sig_atomic_t is_ended = 0;

void on_signal(int) { is_ended = 1; }

int key_of(int code) {
    switch (code) {
        case KEY_UP:
            return key_up;
        case KEY_DOWN:
            return key_down;
        case KEY_PPAGE:
            return key_page_up;
        case KEY_NPAGE:
            return key_page_down;
        case KEY_HOME:
            return key_home;
        case KEY_RESIZE:
            return key_resized;
        case KEY_ENTER:
        case '\r':
            return key_enter;
        case KEY_BACKSPACE:
        case '\b':
            return key_erase;
        default:
            return code > 0 && code < KEY_MIN ? code : key_none;
    }
}

attr_t attributes_of(ScreenLine::Style style) {
    switch (style) {
        case ScreenLine::Style::strong:
            return A_BOLD;
        case ScreenLine::Style::bar:
            return A_REVERSE;
        default:
            return A_NORMAL;
    }
}

}  // namespace

struct Screen::Terminal {
    SCREEN* screen;
    explicit Terminal(SCREEN* opened) : screen(opened) {}
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal() {
        endwin();
        delscreen(screen);
    }
};

std::unique_ptr<Screen> Screen::open() {
    if (isatty(STDIN_FILENO) != 1) return nullptr;
    std::setlocale(LC_CTYPE, "");  // names of types and files are UTF-8
    if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0) std::setlocale(LC_CTYPE, "C.UTF-8");
    SCREEN* const opened = newterm(nullptr, stdout, stdin);
    if (opened == nullptr) return nullptr;
    std::unique_ptr<Screen> screen(new Screen);
    screen->terminal_ = std::make_unique<Terminal>(opened);
    cbreak();
    noecho();
    keypad(stdscr, TRUE);
    set_escdelay(escape_wait_ms);
    curs_set(0);
    return screen;
}

Screen::~Screen() = default;

size_t Screen::lines() const { return static_cast<size_t>(LINES); }
size_t Screen::columns() const { return static_cast<size_t>(COLS); }

void Screen::draw(const std::vector<ScreenLine>& page) {
    erase();
    for (int row = 0; row < LINES && row < static_cast<int>(page.size()); ++row) {
        const ScreenLine& line = page[static_cast<size_t>(row)];
        attrset(attributes_of(line.style));
        if (line.style == ScreenLine::Style::bar) mvhline(row, 0, ' ' | A_REVERSE, COLS);
        move(row, 0);
        // Cut at the right edge, where ncurses would go on in the next line.
        std::string text = line.text;
        while (!text.empty() && mbstowcs(nullptr, text.c_str(), 0) > static_cast<size_t>(COLS)) text.pop_back();
        addstr(text.c_str());
    }
    attrset(A_NORMAL);
    refresh();
}

int Screen::wait_for_key(std::chrono::milliseconds time) {
    if (is_ended != 0) return key_end;
    timeout(static_cast<int>(time.count()));
    const int code = getch();
    if (is_ended != 0) return key_end;
    if (code == ERR) {
        pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
        const bool is_gone = poll(&input, 1, 0) > 0 && (input.revents & (POLLHUP | POLLERR)) != 0;
        return is_gone ? key_end : key_none;
    }
    return key_of(code);
}

void end_by_signals() {
    struct sigaction action {};
    action.sa_handler = on_signal;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

bool wait_without_keys(std::chrono::milliseconds time) {
    if (is_ended == 0) poll(nullptr, 0, static_cast<int>(time.count()));
    return is_ended == 0;
}

bool is_ended_by_signal() { return is_ended != 0; }

}  // namespace heapkit::cli

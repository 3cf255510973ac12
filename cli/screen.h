// SPDX-License-Identifier: MIT
//
// A terminal as a screen that is drawn again and again, with keys that are heard at once. By ncurses.
//
// Side:    our process, cli.
// Threads: one, one screen at a time.
// Signals: SIGINT, SIGTERM and SIGHUP end the wait; the terminal is as it was when the screen is gone.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace heapkit::cli {

struct ScreenLine {
    enum class Style { plain, strong, bar };
    std::string text = {};
    Style style = Style::plain;
};

// What a key is: a character, or one of these.
enum Key : int {
    key_none = 0,
    key_end = -1,  // a signal, or the terminal is gone
    key_enter = '\n',
    key_escape = 27,
    key_erase = 127,
    key_up = 0x1000,
    key_down,
    key_page_up,
    key_page_down,
    key_home,
    key_resized,
};

class Screen {
   public:
    // Null when the terminal cannot be one: its kind (TERM) is not known, or input is none.
    static std::unique_ptr<Screen> open();
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    size_t lines() const;
    size_t columns() const;
    void draw(const std::vector<ScreenLine>& page);    // as many lines and columns as fit
    int wait_for_key(std::chrono::milliseconds time);  // key_none when none was typed in that time

   private:
    Screen() = default;
    struct Terminal;
    std::unique_ptr<Terminal> terminal_;
};

// From now on the signals that end a program end the wait instead.
void end_by_signals();
// Waits for so long. False: a signal has come.
bool wait_without_keys(std::chrono::milliseconds time);
bool is_ended_by_signal();

}  // namespace heapkit::cli

// SPDX-License-Identifier: MIT
//
// A terminal as a screen that is drawn again and again, with keys that are heard at once.
//
// Side:    our process, cli. Plain escape sequences of ECMA-48, which every terminal of today knows: two dozen lines do
// not
//          need a library.
// Signals: SIGINT, SIGTERM and SIGHUP end the wait; the terminal is as it was when the screen is gone.
#pragma once

#include <termios.h>

#include <chrono>
#include <string_view>

namespace heapkit::cli {

class Screen {
   public:
    Screen();  // standard output is a terminal
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    void draw(std::string_view text) const;  // as many lines as fit
    static size_t lines();                   // of the terminal

   private:
    bool has_keys_ = false;
    termios before_{};
};

// The key that was typed, 0 when none was in that time, or `end_key` when the user wants to leave.
inline constexpr int end_key = 'q';
int wait_for_key(std::chrono::milliseconds time, bool has_keys);
// From now on the signals that end a program end the wait instead.
void end_by_signals();

}  // namespace heapkit::cli

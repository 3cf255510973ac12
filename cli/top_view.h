// SPDX-License-Identifier: MIT
//
// What heapkit top shows on a screen, and what keys change of it. Knows no terminal.
//
// Side: our process, cli.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyze/live.h"
#include "screen.h"

namespace heapkit::cli {

class TopView {
   public:
    explicit TopView(analyze::LiveView first) : view_(std::move(first)) {}

    // What a key asks for that is not a matter of the view.
    enum class Wish { nothing, quit, mark, snapshot };
    Wish press(int key);

    bool is_paused() const noexcept { return is_paused_; }
    void say(std::string message) { message_ = std::move(message); }  // until the next key

    // A page of this size; never empty. `heading`: on the process.
    std::vector<ScreenLine> page(const analyze::Live& live, std::vector<std::string> heading, size_t lines,
                                 size_t columns);

   private:
    Wish type(int key);
    void add_table(std::vector<ScreenLine>& page, const analyze::Live& live, size_t rows, size_t columns);
    void add_help(std::vector<ScreenLine>& page) const;
    std::string bottom() const;

    analyze::LiveView view_;
    std::string message_ = {};
    size_t rows_shown_ = 1, rows_in_all_ = 0;
    bool is_paused_ = false, is_typing_ = false, shows_help_ = false;
};

}  // namespace heapkit::cli

// SPDX-License-Identifier: MIT
//
// Drawing a progress bar over itself.
//
// Side: our process, cli.
#include "progress.h"

#include <fmt/format.h>
#include <algorithm>
#include <cstdio>

namespace heapkit::cli {
namespace {

constexpr std::chrono::milliseconds patience(1000), between_drawings(100);
constexpr uint64_t bar_columns = 30;

}  // namespace

void Progress::report(std::string_view what, uint64_t done, uint64_t total) {
    if (terminal_ == nullptr || total == 0) return;
    const auto now = now_();
    if (now - begin_ < patience || now - last_drawn_ < between_drawings) return;
    last_drawn_ = now;
    is_drawn_ = true;
    const uint64_t full = std::min(bar_columns, done * bar_columns / total);
    std::string bar;
    for (uint64_t column = 0; column < bar_columns; ++column) bar += column < full ? "█" : "░";
    std::fputs(fmt::format("\r\x1b[K{} {} {:3} %", bar, what, std::min<uint64_t>(100, done * 100 / total)).c_str(),
               terminal_);
    std::fflush(terminal_);
}

void Progress::clear() {
    if (is_drawn_) {
        std::fputs("\r\x1b[K", terminal_);
        std::fflush(terminal_);
    }
    is_drawn_ = false;
}

}  // namespace heapkit::cli

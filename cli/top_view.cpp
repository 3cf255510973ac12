// SPDX-License-Identifier: MIT
//
// See top_view.h.
//
// Side: our process, cli.
#include "top_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/units.h"
#include "render/text.h"

namespace heapkit::cli {
namespace {

using analyze::LiveOrder;

constexpr size_t lines_around_rows = 5;  // two of heading, titles, position, bottom
constexpr std::string_view keys = "q quit  s sort  / filter  m mark  t snapshot  p pause  ? help";

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> help = {
    {{"s", "sort by live, growth, rate and count in turn"},
     {"/", "show sites whose names contain what you type; Enter keeps it, Escape shows all again"},
     {"m", "set the mark: growth counts from now on"},
     {"t", "take a snapshot, for heapdiff, heapkit diagnose and the others"},
     {"p", "pause, and go on"},
     {"↑ ↓", "move by a row; Page up and Page down by a page, Home to the top"},
     {"?", "this help"},
     {"q", "quit"},
     {"", "The process is never stopped for this page, but for a moment when it takes a snapshot."}}};

LiveOrder next_of(LiveOrder order) {
    return order == LiveOrder::count ? LiveOrder::live : static_cast<LiveOrder>(static_cast<int>(order) + 1);
}

bool is_text(int key) { return key >= ' ' && key < 0x100 && key != key_erase; }

// Takes the last character off, which may be several bytes of UTF-8.
void erase_last(std::string& text) {
    while (!text.empty() && (text.back() & 0xc0) == 0x80) text.pop_back();
    if (!text.empty()) text.pop_back();
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        lines.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

}  // namespace

// Each key while a filter is typed.
TopView::Wish TopView::type(int key) {
    view_.first = 0;
    if (key == key_escape) view_.filter.clear();
    if (key == key_escape || key == key_enter) is_typing_ = false;
    if (key == key_erase) erase_last(view_.filter);
    if (is_text(key)) view_.filter += static_cast<char>(key);
    return Wish::nothing;
}

TopView::Wish TopView::press(int key) {
    if (key == key_end) return Wish::quit;
    if (key == key_none || key == key_resized) return Wish::nothing;
    message_.clear();
    if (is_typing_) return type(key);
    const size_t last = rows_in_all_ - std::min(rows_in_all_, rows_shown_);
    switch (key) {
        case 'q':
            return Wish::quit;
        case 'm':
            return Wish::mark;
        case 't':
            return Wish::snapshot;
        case 's':
            view_.order = next_of(view_.order);
            view_.first = 0;
            break;
        case 'p':
            is_paused_ = !is_paused_;
            break;
        case '/':
            is_typing_ = true;
            break;
        case key_escape:
            view_.filter.clear();
            shows_help_ = false;
            break;
        case '?':
            shows_help_ = !shows_help_;
            break;
        case key_up:
            view_.first -= std::min<size_t>(view_.first, 1);
            break;
        case key_down:
            view_.first = std::min(view_.first + 1, last);
            break;
        case key_page_up:
            view_.first -= std::min(view_.first, rows_shown_);
            break;
        case key_page_down:
            view_.first = std::min(view_.first + rows_shown_, last);
            break;
        case key_home:
            view_.first = 0;
            break;
        default:
            break;
    }
    return Wish::nothing;
}

void TopView::add_table(std::vector<ScreenLine>& page, const analyze::Live& live, size_t rows, size_t columns) {
    view_.limit = rows;
    Table table = live.table(view_);
    if (table.rows.empty() && view_.first > 0) {  // there are fewer than before
        view_.first = 0;
        table = live.table(view_);
    }
    rows_shown_ = rows;
    rows_in_all_ = view_.first + table.rows.size() + table.rows_left_out;
    const size_t first = table.rows.empty() ? 0 : view_.first + 1, last = view_.first + table.rows.size();
    table.rows_left_out = 0;
    const bool has_titles = !table.rows.empty();
    Report report;
    report.shapes.emplace_back(std::move(table));
    for (std::string& line : lines_of(render::to_text(report, {.colour = false, .width = columns})))
        page.push_back({.text = std::move(line)});
    if (has_titles) page[page.size() - (last - first + 2)].style = ScreenLine::Style::bar;
    page.push_back({fmt::format("{} to {} of {} sites, by {}{}{}", count_to_text(static_cast<int64_t>(first)),
                                count_to_text(static_cast<int64_t>(last)),
                                count_to_text(static_cast<int64_t>(rows_in_all_)), analyze::to_text(view_.order),
                                view_.filter.empty() ? "" : fmt::format(", with '{}' in their names", view_.filter),
                                is_paused_ ? ", paused" : "")});
}

void TopView::add_help(std::vector<ScreenLine>& page) const {
    for (const auto& [key, meaning] : help) page.push_back({fmt::format("  {:<4} {}", key, meaning)});
}

std::string TopView::bottom() const {
    if (is_typing_) return fmt::format("/{}_   Enter keeps it, Escape shows all", view_.filter);
    return message_.empty() ? std::string(keys) : message_;
}

std::vector<ScreenLine> TopView::page(const analyze::Live& live, std::vector<std::string> heading, size_t lines,
                                      size_t columns) {
    std::vector<ScreenLine> page;
    for (std::string& line : heading) page.push_back({std::move(line), ScreenLine::Style::strong});
    const size_t rows = lines > lines_around_rows ? lines - lines_around_rows : 1;
    if (shows_help_)
        add_help(page);
    else
        add_table(page, live, rows, columns);
    page.resize(std::max(lines, size_t{2}) - 1);
    page.push_back({bottom(), ScreenLine::Style::bar});
    return page;
}

}  // namespace heapkit::cli

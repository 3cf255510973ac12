// SPDX-License-Identifier: MIT
//
// See views.h. The mistake is in ChartView::close().
#include "views.h"

namespace {

constexpr size_t points_a_row = 4;

}  // namespace

void View::close() { sheet_.detach(this); }

TableView::TableView(Sheet& sheet) : View(sheet), lines_(sheet.rows()) {
    for (size_t row = 0; row < sheet.rows(); ++row) draw(row);
}

void TableView::cell_changed(Cell cell) { draw(cell.row); }

size_t TableView::bytes_drawn() const {
    size_t bytes = 0;
    for (const std::string& line : lines_) bytes += line.size();
    return bytes;
}

void TableView::draw(size_t row) {
    lines_[row].clear();
    for (size_t column = 0; column < sheet_.columns(); ++column)
        lines_[row] += (column == 0 ? "" : " | ") + std::to_string(sheet_.at({row, column}));
}

ChartView::ChartView(Sheet& sheet, size_t column, bool is_fixed) : View(sheet), column_(column), is_fixed_(is_fixed) {
    draw();
}

void ChartView::cell_changed(Cell cell) {
    if (cell.column == column_ && is_animated_) draw();
}

void ChartView::close() {
    is_animated_ = false;
    if (is_fixed_) View::close();
}

// From row to row with a few points in between, so that the curve looks round.
void ChartView::draw() {
    curve_.resize(points_a_row * (sheet_.rows() - 1));
    for (size_t at = 0; at < curve_.size(); ++at) {
        const size_t row = at / points_a_row;
        const double part = static_cast<double>(at % points_a_row) / points_a_row;
        const double from = sheet_.at({row, column_}), to = sheet_.at({row + 1, column_});
        curve_[at] = {.x = static_cast<float>(at),
                      .y = static_cast<float>(from + part * part * (3 - 2 * part) * (to - from))};
    }
}

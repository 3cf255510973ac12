// SPDX-License-Identifier: MIT
//
// What windows show of a sheet: its cells as text, or a column as a curve. Both keep what they have drawn, and draw
// again what has changed.
//
// Side:    example. Threads: one at a time.
#pragma once

#include <string>
#include <vector>

#include "sheet.h"

class View : public SheetObserver {
   public:
    explicit View(Sheet& sheet) : sheet_(sheet) {}

    // The window is gone. Who overrides it says so to this one, too.
    virtual void close();
    virtual size_t bytes_drawn() const = 0;

   protected:
    Sheet& sheet_;
};

class TableView : public View {
   public:
    explicit TableView(Sheet& sheet);
    void cell_changed(Cell cell) override;
    size_t bytes_drawn() const override;

   private:
    void draw(size_t row);

    std::vector<std::string> lines_;
};

class ChartView : public View {
   public:
    ChartView(Sheet& sheet, size_t column, bool is_fixed);
    void cell_changed(Cell cell) override;
    void close() override;
    size_t bytes_drawn() const override { return curve_.size() * sizeof(Point); }

   private:
    struct Point {
        float x, y;
    };
    void draw();

    const size_t column_;
    const bool is_fixed_;
    bool is_animated_ = true;
    std::vector<Point> curve_;
};

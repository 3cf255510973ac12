// SPDX-License-Identifier: MIT
//
// A sheet of numbers, and who wants to know when one of them changes.
//
// Side:    example. Threads: one at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

struct Cell {
    size_t row, column;
};

class SheetObserver {
   public:
    virtual ~SheetObserver() = default;
    virtual void cell_changed(Cell cell) = 0;
};

class Sheet {
   public:
    Sheet(size_t rows, size_t columns) : rows_(rows), columns_(columns), values_(rows * columns) {}

    size_t rows() const { return rows_; }
    size_t columns() const { return columns_; }
    double at(Cell cell) const { return values_[cell.row * columns_ + cell.column]; }
    void set(Cell cell, double value);

    // Observers share in being owned, so that none goes while it is told. Each must be detached in the end.
    void attach(std::shared_ptr<SheetObserver> observer);
    void detach(const SheetObserver* observer);

   private:
    const size_t rows_, columns_;
    std::vector<double> values_;
    std::vector<std::shared_ptr<SheetObserver>> observers_;
};

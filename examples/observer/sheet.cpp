// SPDX-License-Identifier: MIT
//
// See sheet.h.
#include "sheet.h"

#include <utility>

void Sheet::set(Cell cell, double value) {
    values_[cell.row * columns_ + cell.column] = value;
    for (const auto& observer : observers_) observer->cell_changed(cell);
}

void Sheet::attach(std::shared_ptr<SheetObserver> observer) { observers_.push_back(std::move(observer)); }

void Sheet::detach(const SheetObserver* observer) {
    std::erase_if(observers_, [observer](const auto& each) { return each.get() == observer; });
}

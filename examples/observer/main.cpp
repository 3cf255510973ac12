// SPDX-License-Identifier: MIT
//
// workbook [--fixed]: one sheet, whose user opens and closes windows on it for a day; a snapshot after each quarter.
//
// Side: example. See README.md.
#include <prof/prof.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "sheet.h"
#include "windows.h"

namespace {

constexpr int looks = 400, looks_a_snapshot = 100;
constexpr size_t rows = 60, columns = 8;

}  // namespace

int main(int count, char** arguments) {
    const bool is_fixed = count > 1 && std::strcmp(arguments[1], "--fixed") == 0;
    Sheet sheet(rows, columns);
    Windows windows;
    windows.open<TableView>(sheet);  // the main window
    size_t bytes = 0;
    for (int look = 1; look <= looks; ++look) {
        const auto column = static_cast<size_t>(look) % columns;
        const uint64_t table = windows.open<TableView>(sheet);
        const uint64_t chart = windows.open<ChartView>(sheet, column, is_fixed);
        sheet.set({.row = static_cast<size_t>(look) % rows, .column = column}, look);
        bytes += windows.bytes_drawn();
        windows.close(chart);
        windows.close(table);
        if (look % looks_a_snapshot != 0) continue;
        prof_take_snapshot((std::to_string(look / looks_a_snapshot) + ".heap").c_str());
    }
    std::printf("%d looks at the sheet, %zu bytes drawn\n", looks, bytes);
}

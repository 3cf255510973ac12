// SPDX-License-Identifier: MIT
//
// Heaps for tests of analyses: stated in a test, written to a file, opened as a user would. Its stacks go through the
// functions of places.h, so that names, files and lines are real.
//
// Side: tests.
#pragma once

#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "catch.h"
#include "heap.h"
#include "places.h"
#include "snapshot_writer.h"
#include "temporary_folder.h"

namespace heapkit::tests {

// A snapshot to be filled: `load` is allocated in cache::load(), places.cpp:32; `insert` in Store::insert called from
// there, places.cpp:27; `read` in http::Session::read(), places.cpp:43; `wrapped` in xmalloc called from insert.
struct Stated {
    SnapshotWriter writer{"program"};
    StackId load, insert, read, wrapped;

    Stated() {
        writer.module_of(reinterpret_cast<const void*>(places::load()));
        load = writer.stack({places::load()});
        insert = writer.stack({places::insert(), places::load()});
        read = writer.stack({places::read()});
        wrapped = writer.stack({places::allocate(), places::insert(), places::load()});
        writer.process.run_id = 7;
    }
    void blocks(size_t count, uint64_t size_bytes, StackId stack) {
        writer.blocks(count, {.size_bytes = size_bytes, .stack = stack});
    }
    Heap open() const {
        static const TemporaryFolder folder;
        static int number = 0;
        const auto path = folder / (std::to_string(++number) + ".heap");
        writer.write(path);
        HeapOptions options;
        options.symbols.use_cache = false;
        auto heap = Heap::open(path, options);
        if (!heap) throw std::runtime_error(heap.error().what);
        return std::move(*heap);
    }
};

// A cell of a table by row and JSON key.
inline const Cell& cell(const Table& table, size_t row, const std::string& key) {
    for (size_t index = 0; index < table.columns.size(); ++index) {
        if (table.columns[index].key == key) return table.rows.at(row).at(index);
    }
    throw std::runtime_error("no column " + key);
}
inline std::string text(const Table& table, size_t row, const std::string& key) {
    return std::get<std::string>(cell(table, row, key));
}
inline int64_t number(const Table& table, size_t row, const std::string& key) {
    return std::get<int64_t>(cell(table, row, key));
}
// The names of all rows: "places.cpp:32 places.cpp:27".
inline std::string names(const Table& table) {
    std::string all;
    for (size_t row = 0; row < table.rows.size(); ++row) {
        if (row > 0) all += ' ';
        all += text(table, row, "name");
    }
    return all;
}

}  // namespace heapkit::tests

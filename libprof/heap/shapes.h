// SPDX-License-Identifier: MIT
//
// The forms that an answer can take. Analyses make them, renderers know nothing else: N analyses and M renderers,
// never N times M.
//
// Side: heap, floor 2. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace heapkit {

// How a number is shown, and what it is in JSON (always the plain number, in the unit named here).
enum class Unit { none, count, bytes, percent, nanoseconds, unix_ns, address };

// ---- Table ---------------------------------------------------------------------------------------------------------

struct Column {
    std::string name;         // heading: "count"
    std::string key;          // JSON key: "count"
    Unit unit = Unit::none;   // none: text, left-aligned
    bool is_delta = false;    // shown with its sign; zero shows as nothing
};

using Cell = std::variant<std::monostate, int64_t, double, std::string>;

struct Table {
    enum class Layout {
        columns,     // aligned columns under headings
        statistics,  // tracemalloc's lines: "file:line: size=4855 KiB, count=39328, average=126 B"
    };
    std::string title;                            // "By type"
    std::string key;                              // JSON key of the table: "by_type"
    Layout layout = Layout::columns;
    std::vector<Column> columns;
    std::vector<std::vector<Cell>> rows;          // as long as columns; text may hold line feeds (tracebacks)
    uint64_t rows_left_out = 0;                   // beyond --limit
    std::string empty;                            // what to say when there are no rows: "Nothing grew."
};

// ---- Tree ----------------------------------------------------------------------------------------------------------

// A weighted tree in columns; node 0 is the root; a parent comes before its children. Flame graphs and call trees.
struct Tree {
    std::string title;
    std::string key;
    Unit unit = Unit::bytes;
    bool is_difference = false;                   // `old_total` means something
    std::vector<uint32_t> parent;                 // of node 0: 0
    std::vector<uint32_t> name;                   // index into names
    std::vector<int64_t> total;                   // the node with everything below it
    std::vector<int64_t> old_total;               // in the older heap
    std::vector<std::string> names;
};

// ---- Net -----------------------------------------------------------------------------------------------------------

// A graph to draw: who refers to whom.
struct NetNode {
    enum class Role { object, root, closure, container, subject, folded };
    std::vector<std::string> lines;               // label
    std::string tooltip;
    Role role = Role::object;
    uint32_t depth = 0;
};
struct NetEdge {
    uint32_t from = 0, to = 0;
    std::string label;
    bool owns = true, on_path = false;
};
struct Net {
    std::string title;
    std::string key;
    std::vector<NetNode> nodes;
    std::vector<NetEdge> edges;
};

// ---- Series --------------------------------------------------------------------------------------------------------

struct Series {
    std::string title;
    std::string key;
    Unit x_unit = Unit::nanoseconds, y_unit = Unit::bytes;
    std::vector<double> x;
    std::vector<std::string> names;               // one a line
    std::vector<std::vector<double>> y;           // y[line][point]
};

// ---- Report --------------------------------------------------------------------------------------------------------

using Shape = std::variant<Table, Tree, Net, Series>;

// A whole answer, in the order in which it is read.
struct Report {
    std::string command;                          // "heapdiff", for JSON
    std::vector<std::string> heading;             // what file and process it speaks of
    std::vector<Shape> shapes;
    std::vector<std::string> notes;               // losses that touch it, doubts
    std::vector<std::string> next;                // commands worth running next
};

}  // namespace heapkit

// SPDX-License-Identifier: MIT
//
// The forms that an answer can take. Analyses make them, renderers know nothing else: N analyses and M renderers,
// never N times M.
//
// Side: public. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace heapkit {

// How a number is shown, and what it is in JSON (always the plain number, in the unit named here).
enum class Unit { none, count, bytes, percent, nanoseconds, unix_ns, address };

// ---- Table ---------------------------------------------------------------------------------------------------------

// A position in the source, for JSON; what text shows of it stands in a text cell.
struct Place {
    std::string function = {}, file = {}, module = {};
    uint32_t line = 0;
};

struct Column {
    std::string name = {};     // heading: "count"
    std::string key = {};      // JSON key: "count"
    Unit unit = Unit::none;    // none: text, left-aligned
    bool is_delta = false;     // shown with its sign; a zero shows as nothing, except in Layout::statistics
    bool is_for_json = false;  // too much for text: full paths, whole tracebacks
};

using Trend = std::vector<int64_t>;    // one value a snapshot; text draws it as a line of bars
using Traceback = std::vector<Place>;  // innermost first
using Cell = std::variant<std::monostate, int64_t, double, std::string, Trend, Traceback>;

struct Table {
    enum class Layout {
        columns,     // aligned columns under headings; the title heads the first column
        statistics,  // tracemalloc's lines: "file:line: size=4855 KiB, count=39328, average=126 B"
        facts,       // two columns without headings: what, and what it is
    };
    std::string title = {};  // "By type"
    std::string key = {};    // JSON key of the table: "by_type"
    Layout layout = Layout::columns;
    std::vector<Column> columns = {};
    std::vector<std::vector<Cell>> rows = {};  // as long as columns; text may hold line feeds (tracebacks)
    uint64_t rows_left_out = 0;                // beyond --limit
    std::string empty = {};                    // what to say when there are no rows: "Nothing grew."
};

// ---- Tree ----------------------------------------------------------------------------------------------------------

// A weighted tree in columns; node 0 is the root; a parent comes before its children. Flame graphs and call trees.
struct Tree {
    std::string title = {};
    std::string key = {};
    std::string subtitle = {};  // file and process
    Unit unit = Unit::bytes;
    bool is_difference = false;           // `old_total` means something
    std::vector<uint32_t> parent = {};    // of node 0: 0
    std::vector<uint32_t> name = {};      // index into names
    std::vector<uint32_t> group = {};     // index into names: the module that the frame belongs to
    std::vector<int64_t> total = {};      // the node with everything below it
    std::vector<int64_t> old_total = {};  // in the older heap; empty unless is_difference
    std::vector<std::string> names = {};
};

// ---- Net -----------------------------------------------------------------------------------------------------------

// A graph to draw: who refers to whom. Edges lead from the holder to the held, whichever way it was explored.
struct NetNode {
    enum class Role {
        object,     // a block
        root,       // a global, a thread's stack, a register: where a search ends
        closure,    // a block with a lambda or a bound function in it
        container,  // a container, with its storage folded into it
        subject,    // what was asked for
        folded,     // not one node but many, not shown: "999 more like this"
    };
    std::vector<std::string> lines = {};  // label: short name first, then what is worth saying of it
    std::string tooltip = {};
    Role role = Role::object;
    uint32_t depth = 0;           // steps from what was asked for; in a chain from its root
    bool is_highlighted = false;  // --highlight
    bool has_more = false;        // its neighbours were not followed: the depth limit
    bool is_lost = false;         // nothing reaches it, and nobody freed it
    // For programs; the text is in lines.
    std::string name = {};  // whole: the type's or the root's
    uint64_t address = 0;   // 0: none
    int64_t size_bytes = 0;
    Place place = {};  // of a block the site that allocated it; of a root its declaration
};
struct NetEdge {
    uint32_t from = 0, to = 0;
    std::string label = {};  // field: "handlers_[17]", "captured user", "+0x18"
    bool owns = true, on_path = false;
};
struct Net {
    std::string title = {};
    std::string key = {};
    std::vector<NetNode> nodes = {};
    std::vector<NetEdge> edges = {};
    bool is_chain = false;  // text reads from the root down; else from depth 0 outwards
};

// ---- Series --------------------------------------------------------------------------------------------------------

struct Series {
    std::string title = {};
    std::string key = {};
    Unit x_unit = Unit::nanoseconds, y_unit = Unit::bytes;
    std::vector<double> x = {};
    std::vector<std::string> names = {};      // one a line
    std::vector<std::vector<double>> y = {};  // y[line][point]
};

// ---- Report --------------------------------------------------------------------------------------------------------

using Shape = std::variant<Table, Tree, Net, Series>;

// A snapshot that an answer speaks of.
struct Subject {
    std::string file = {}, program = {}, executable = {};
    uint32_t pid = 0, number = 0;  // number: the N of PROGRAM.PID.N.heap
    uint64_t run_id = 0;
    int64_t snapshot_unix_ns = 0, live_bytes = 0, live_blocks = 0;
    // Of a sample, one block in `sample_bytes`, of which there are `sampled_blocks`: what lives is an estimate, and the
    // truth lies within the margins in 95 of 100 samples. 0: every block was recorded; margins 0: not known.
    int64_t sample_bytes = 0, sampled_blocks = 0, margin_bytes = 0, margin_blocks = 0;
};

// A whole answer, in the order in which it is read.
struct Report {
    std::string command = {};               // "heapdiff", for JSON
    std::vector<Subject> subjects = {};     // oldest first
    std::vector<std::string> heading = {};  // the same in words
    std::vector<Shape> shapes = {};
    std::vector<std::string> notes = {};  // losses that touch it, doubts
    std::vector<std::string> next = {};   // commands worth running next
};

}  // namespace heapkit

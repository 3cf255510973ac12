// SPDX-License-Identifier: MIT
//
// Where every program counter of a snapshot is in the source: function, file and line, inlined frames included.
//
// Side:    heap, floor 3 (symbols). libdw and libelf stay behind this header.
// Threads: built by one thread, const afterwards.
// Memory:  columns: one Location a distinct source position, one span a distinct program counter.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "read/snapshot.h"

namespace heapkit::symbols {

// A position in the source. Without line information, file is empty and line 0; without any symbol, function is
// "module+0x1234".
struct Location {
    StringId function;  // demangled, full
    StringId file;      // as the debug information has it
    StringId module;    // file name of the module, "" for code that belongs to none (JIT)
    uint32_t line = 0;
    friend bool operator==(const Location&, const Location&) = default;
};
using LocationId = Id<struct LocationTag>;

// What the symbols of one module are worth; `heapkit info` lists them.
struct ModuleSymbols {
    enum class Source { none, dynamic_symbols, symbol_table, debug_information };
    Source source = Source::none;
    std::string debug_file;  // where the debug information was found, "" when in the module itself
    std::string problem;     // "the file has changed: build-id differs", "no such file", …
};

struct Progress {
    // Called with done of total now and then; may be empty.
    std::function<void(std::string_view what, uint64_t done, uint64_t total)> report;
};

struct Options {
    bool use_cache = true;  // $XDG_CACHE_HOME/heapkit, by build-id
    Progress progress;
};

class Image;

class Frames {
   public:
    // Resolves all call-tree nodes of `snapshot`. Never fails: what cannot be resolved is named by module and offset,
    // and modules() says why.
    static Frames resolve(const read::Snapshot& snapshot, const Options& options);

    Frames(Frames&&) noexcept;
    Frames& operator=(Frames&&) noexcept;
    ~Frames();

    // Source positions of a node's program counter, innermost first: inlined functions, then the function itself.
    // Empty for node 0 and for tags (read/tags.h), which no stack begins with; otherwise never.
    std::span<const LocationId> at(NodeId node) const noexcept;
    const Location& location(LocationId id) const noexcept;
    size_t location_count() const noexcept;
    std::string_view text(StringId id) const noexcept;
    // `text` without template arguments that nobody reads, without default arguments and return types:
    // "std::vector<Document>::push_back" rather than three lines.
    std::string_view short_text(StringId id) const noexcept;
    std::span<const ModuleSymbols> modules() const noexcept;  // as snapshot.modules()

    // The name of the object or function whose symbol covers an address that is not a return address (a vtable, a
    // closure's manager); "" when there is none.
    std::string symbol_at(uint64_t address) const;
    // The constant data of the module loaded at `address`, as the dynamic linker prepared it; nullptr when its file is
    // not there, or not the one that ran.
    const Image* image_at(uint64_t address) const;

   private:
    struct State;
    explicit Frames(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

}  // namespace heapkit::symbols

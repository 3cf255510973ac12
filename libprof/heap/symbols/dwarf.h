// SPDX-License-Identifier: MIT
//
// Addresses to functions and lines, inlined ones included, from DWARF. The one door to elfutils' libdw.
//
// Side:    heap, floor 3 (symbols).
// Threads: one thread a DebugInformation (libdw is not safe across threads on one handle).
// Memory:  what libdw decodes of the compile units that were asked for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <heapkit/result.h>
#include "base/ids.h"
#include "symbols/string_table.h"

namespace heapkit::symbols {

// One function at one place; 0 and "" where DWARF does not say.
struct SourceFrame {
    StringId function;
    StringId file;
    uint32_t line = 0;
};

class DebugInformation {
   public:
    // `file` holds .debug_info. dwz's alternate file is found beside it or by its build-id under /usr/lib/debug;
    // nothing is ever fetched over a network.
    static Result<DebugInformation> open(const std::filesystem::path& file);

    DebugInformation(DebugInformation&&) noexcept;
    DebugInformation& operator=(DebugInformation&&) noexcept;
    ~DebugInformation();

    // What of it is not there, in a sentence: with -gsplit-dwarf the .dwo files, which hold functions, inlined calls
    // and types; a package of them (.dwp) is named where libdw does not read it.
    // "" when all is.
    std::string problem() const;

    // Called for each address that DWARF knows: its place in `addresses`, and its frames, innermost first.
    using Visitor = std::function<void(size_t place, std::span<const SourceFrame> frames)>;

    // `addresses` are virtual addresses of the file, ascending. Each compile unit is opened once.
    void resolve(std::span<const uint64_t> addresses, StringTable& strings, const Visitor& visit);

   private:
    struct State;
    explicit DebugInformation(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

}  // namespace heapkit::symbols

// SPDX-License-Identifier: MIT
//
// One module: from its addresses to frames, by the best means that its files offer.
//
// Side:    heap, floor 3 (symbols).
// Threads: one thread.
// Memory:  its files, mapped; its symbol table and image from the first question on.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "symbols/frames.h"
#include "symbols/image.h"
#include "symbols/module_files.h"
#include "symbols/resolved.h"
#include "symbols/symbol_table.h"

namespace heapkit::symbols {

class Module {
   public:
    Module(const read::Snapshot& snapshot, const prof_module& row);

    const std::string& name() const noexcept { return name_; }  // "libc.so.6"
    uint64_t bias() const noexcept { return bias_; }
    const ModuleSymbols& symbols() const noexcept { return symbols_; }

    // Frames of `addresses` (virtual addresses of the file, ascending), from the cache where it knows them. `step` is
    // called for each address that had to be looked up.
    Resolved resolve(std::span<const uint64_t> addresses, StringTable& strings, bool use_cache,
                     const std::function<void()>& step);

    // Lazily built; see Frames.
    const Symbol* symbol_at(uint64_t run_time_address);
    const Image* image();

   private:
    Resolved look_up(std::span<const uint64_t> addresses, StringTable& strings, const std::function<void()>& step);
    const SymbolTable& table();
    void add_embedded_symbols();
    StringId symbol_name(uint64_t address, StringTable& strings);

    std::string name_;
    uint64_t bias_;
    std::span<const uint8_t> build_id_;
    ModuleFiles files_;
    ModuleSymbols symbols_;
    std::optional<ElfFile> embedded_;  // .gnu_debugdata, unpacked; the table has its names
    std::optional<SymbolTable> table_;
    std::unique_ptr<Image> image_;
};

}  // namespace heapkit::symbols

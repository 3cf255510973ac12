// SPDX-License-Identifier: MIT
//
// Which module an address belonged to at the time.
//
// Side:   heap, floor 3 (symbols).
// Memory: 96 bytes a module: a copy, so that it outlives the snapshot.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <prof/format.h>

#include "base/ids.h"

namespace heapkit::symbols {

class ModuleIndex {
   public:
    explicit ModuleIndex(std::span<const prof_module> modules);

    // `generation`: of a call tree node; PROF_GENERATION_ALIVE asks for what is loaded at the snapshot.
    std::optional<ModuleId> module_at(uint64_t address, uint16_t generation) const;

   private:
    struct Entry {
        uint64_t start;
        uint32_t module;
    };
    std::vector<prof_module> modules_;
    std::vector<Entry> entries_;  // by start
};

}  // namespace heapkit::symbols

// SPDX-License-Identifier: MIT
//
// The memory map of the frozen process, and which of it may be read.
//
// Side: agent, floor 3 (snapshot). Child of a snapshot only; it reads its own map, which is the copy's.
#pragma once

#include <cstdint>

#include <prof/format.h>

#include "snapshot/growing.h"
#include "snapshot/strings.h"

namespace prof::snapshot {

enum : uint32_t { map_readable = 1, map_writable = 2, map_executable = 4, map_shared = 8 };

class Maps {
   public:
    // False: /proc is not there, or there is no memory.
    bool read(Strings& strings) noexcept;

    // The mapping that holds `address`, or null.
    const prof_map* at(uintptr_t address) const noexcept;
    // An ordinary private mapping: no device, nothing shared, readable.
    bool is_ordinary(const prof_map& map) const noexcept;

    const Growing<prof_map>& all() const noexcept { return maps_; }
    const char* path(const prof_map& map) const noexcept { return strings_->at(map.path); }

   private:
    Growing<prof_map> maps_;
    const Strings* strings_ = nullptr;
};

}  // namespace prof::snapshot

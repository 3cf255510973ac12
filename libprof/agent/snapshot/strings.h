// SPDX-License-Identifier: MIT
//
// The table of strings: NUL-terminated, named by offset, offset 0 is "".
//
// Side: agent, floor 3 (snapshot). Child of a snapshot only.
#pragma once

#include <cstdint>

#include "record/tables.h"
#include "snapshot/growing.h"

namespace prof::snapshot {

class Strings {
   public:
    // The string's offset; 0, and a loss, when there is no memory for it. A run of equal strings is kept once.
    uint32_t add(const char* text) noexcept { return add(text, __builtin_strlen(text)); }
    uint32_t add(const char* text, size_t length) noexcept {
        if (length == 0) return 0;
        if (length == last_length_ && __builtin_memcmp(bytes_.data() + last_, text, length) == 0) return last_;
        if (!bytes_.reserve(size() + length + 1)) return tables::lose(PROF_LOSS_NO_MEMORY), 0;
        if (bytes_.size() == 0) bytes_.push('\0');
        const auto at = static_cast<uint32_t>(bytes_.size());
        bytes_.append(text, length);
        bytes_.push('\0');
        last_ = at;
        last_length_ = length;
        return at;
    }

    const char* data() const noexcept { return bytes_.size() == 0 ? "" : bytes_.data(); }
    size_t size() const noexcept { return bytes_.size() == 0 ? 1 : bytes_.size(); }
    const char* at(uint32_t offset) const noexcept { return data() + offset; }

   private:
    Growing<char> bytes_;
    uint32_t last_ = 0;
    size_t last_length_ = 0;
};

}  // namespace prof::snapshot

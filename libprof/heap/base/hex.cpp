// SPDX-License-Identifier: MIT
//
// See hex.h.
//
// Side: heap, floor 1 (base).
#include "base/hex.h"

#include <fmt/format.h>

namespace heapkit {

std::string hex_to_text(uint64_t number) { return fmt::format("{:#x}", number); }

std::string hex_digits_of(std::span<const uint8_t> bytes) {
    std::string text;
    for (const uint8_t byte : bytes) fmt::format_to(std::back_inserter(text), "{:02x}", byte);
    return text;
}

}  // namespace heapkit

// SPDX-License-Identifier: MIT
//
// What a user writes for an amount: "500ms", "64MiB", "50%". Side: agent, floor 4 (control).
//
// False: not of that form, or too much; the result is then not touched.
#pragma once

#include <cstdint>

namespace prof {

// Digits alone, or with the end given: "ms" and "s" for time, %, K M G with or without iB for bytes.
bool parse_milliseconds(const char* text, uint64_t& milliseconds) noexcept;  // without a unit: seconds
bool parse_bytes(const char* text, uint64_t& bytes) noexcept;                // without a unit: bytes
bool parse_percent(const char* text, uint32_t& percent) noexcept;            // 1% to 100000%

}  // namespace prof

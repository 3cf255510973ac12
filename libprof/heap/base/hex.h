// SPDX-License-Identifier: MIT
//
// Numbers and bytes in hexadecimal.
//
// Side: heap, floor 1 (base).
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace heapkit {

std::string hex_to_text(uint64_t number);                   // "0x7f12a4"
std::string hex_digits_of(std::span<const uint8_t> bytes);  // "93ac61ec", as build-ids are written

}  // namespace heapkit

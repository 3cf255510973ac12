// SPDX-License-Identifier: MIT
//
// What is known of one module's addresses: the currency between DWARF, symbol tables, the cache and Frames.
//
// Side:   heap, floor 3 (symbols). Plain data.
// Memory: 12 bytes an address, 12 bytes a frame.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "symbols/dwarf.h"
#include "symbols/frames.h"

namespace heapkit::symbols {

// Frames of addresses, both in one order.
struct Resolved {
    std::vector<uint64_t> addresses;   // virtual addresses of the module's file, ascending
    std::vector<uint32_t> frames_end;  // frames of addresses 0..i; none: nothing is known there
    std::vector<SourceFrame> frames;

    size_t count() const noexcept { return addresses.size(); }
    std::span<const SourceFrame> frames_of(size_t i) const {
        const uint32_t begin = i == 0 ? 0 : frames_end[i - 1];
        return std::span(frames).subspan(begin, frames_end[i] - begin);
    }
    void add(uint64_t address, std::span<const SourceFrame> of_address) {
        addresses.push_back(address);
        frames.insert(frames.end(), of_address.begin(), of_address.end());
        frames_end.push_back(static_cast<uint32_t>(frames.size()));
    }
};

}  // namespace heapkit::symbols

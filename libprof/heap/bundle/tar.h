// SPDX-License-Identifier: MIT
//
// Headers of tar archives (POSIX ustar): regular files with short names, nothing else.
//
// Side:   heap, floor 4 (bundle).
// Source: POSIX.1-2017, pax, "ustar Interchange Format".
//
// An archive is, for each file, a header of 512 bytes and the content, filled up with zeros to a multiple of 512; and
// blocks of zeros behind the last one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <heapkit/result.h>

namespace heapkit::bundle {

constexpr size_t tar_block_bytes = 512;
constexpr uint64_t largest_tar_member = (uint64_t{1} << 33) - 1;  // 11 octal digits
using TarBlock = std::array<char, tar_block_bytes>;

struct TarMember {
    std::string name;  // at most 99 bytes
    uint64_t size_bytes = 0;
    int64_t modified_s = 0;  // since 1970
};

constexpr uint64_t tar_padding(uint64_t size_bytes) {
    return (tar_block_bytes - size_bytes % tar_block_bytes) % tar_block_bytes;
}

// Errors: the name or the size does not fit.
Result<TarBlock> tar_header(const TarMember& member);

// Nothing at the end of the archive. Errors: damaged; not a regular file; no plain numbers. What the name says is not
// looked at: it may lead anywhere.
Result<std::optional<TarMember>> read_tar_header(const TarBlock& block);

}  // namespace heapkit::bundle

// SPDX-License-Identifier: MIT
//
// What a file is that is not a snapshot, in words for an error message.
//
// Side: heap, floor 2 (read).
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <heapkit/result.h>

namespace heapkit::read {

// The error for a file that does not begin with PROF_MAGIC: names what it is by its first bytes, where it can, and
// what to do with such a file. `name` is the file as the user gave it; `file` is not empty.
Error not_a_snapshot(const std::string& name, std::span<const std::byte> file);

}  // namespace heapkit::read

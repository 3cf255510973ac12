// SPDX-License-Identifier: MIT
//
// gzip, as RFC 1952 has it. zlib comes in here and nowhere else.
//
// Side:   heap, floor 7 (export).
// Memory: the result.
#pragma once

#include <string>
#include <string_view>

#include <heapkit/result.h>

namespace heapkit::exports {

// Errors: no memory.
Result<std::string> gzipped(std::string_view bytes);

}  // namespace heapkit::exports

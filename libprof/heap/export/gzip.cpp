// SPDX-License-Identifier: MIT
//
// See gzip.h.
//
// Side: heap, floor 7 (export).
#include "export/gzip.h"

#include <zlib.h>

#include <limits>

namespace heapkit::exports {

Result<std::string> gzipped(std::string_view bytes) {
    constexpr int gzip_window_bits = 15 + 16, memory_level = 8;
    z_stream stream{};
    if (bytes.size() > std::numeric_limits<uInt>::max())
        return Error{"the profile is larger than 4 GiB", "Export a snapshot with fewer call stacks."};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window_bits, memory_level, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return Error{"there is no memory to compress with", ""};
    std::string packed(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const int outcome = deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    if (outcome != Z_STREAM_END) return Error{"the profile could not be compressed", ""};
    return packed;
}

}  // namespace heapkit::exports

// SPDX-License-Identifier: MIT
//
// A bundle, unpacked where its snapshot can be read.
//
// Side:    heap, floor 4 (bundle).
// Threads: any number of processes: it is unpacked under another name and renamed.
// Memory:  64 KB and the window of compression; on disk all that was packed.
//
// It is unpacked once, into $XDG_CACHE_HOME/heapkit/bundles; what was not read for a month goes when another one comes.
// A bundle comes from somewhere else and may be hostile: names other than those that pack() gives are refused, and so
// is what unpacks to more than a thousand times its size.
#pragma once

#include <filesystem>

#include <heapkit/result.h>

namespace heapkit::bundle {

bool is_bundle(const std::filesystem::path& file);

// The snapshot, with its modules beside it. Errors: not a bundle; of a newer version; truncated, damaged, hostile;
// there is no folder for it, or no room.
Result<std::filesystem::path> unpacked(const std::filesystem::path& bundle);

// Into a folder that is there and empty. Errors: as above.
Result<void> unpack_into(const std::filesystem::path& bundle, const std::filesystem::path& folder);

}  // namespace heapkit::bundle

// SPDX-License-Identifier: MIT
//
// A regular file, mapped for reading.
//
// Side:    heap, floor 1 (base).
// Threads: const after open().
// Memory:  page cache alone, and only of what is read.
//
// Only regular files are mapped: a pipe would block us, a device could do anything. A file that another process
// truncates while it is mapped still raises SIGBUS on the pages that are gone; snapshots and binaries are renamed into
// place, never rewritten, so that takes ill will against a file of one's own.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include <heapkit/result.h>

namespace heapkit {

class MappedFile {
   public:
    // Errors: no such file; a directory; not a regular file; not ours to read; no room to map it.
    static Result<MappedFile> open(const std::filesystem::path& path);

    MappedFile() = default;
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    ~MappedFile();

    std::span<const std::byte> bytes() const noexcept { return bytes_; }
    // Identity of the file that was opened, for those who cache what they read from it.
    int64_t modified_ns() const noexcept { return modified_ns_; }

    // Tells the kernel that the whole of `part` will be read soon, in order.
    static void will_read(std::span<const std::byte> part) noexcept;

   private:
    std::span<const std::byte> bytes_;
    int64_t modified_ns_ = 0;
};

}  // namespace heapkit

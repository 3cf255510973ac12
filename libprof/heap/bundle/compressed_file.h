// SPDX-License-Identifier: MIT
//
// A file compressed by zstd, written and read as a stream. The one door to libzstd.
//
// Side:    heap, floor 4 (bundle).
// Threads: one thread each.
// Memory:  a few hundred kilobytes, and the window: 8 MB at most.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include <heapkit/result.h>
#include "base/descriptor.h"

namespace heapkit::bundle {

class CompressedWriter {
   public:
    // Makes `path`, which must not be there. Errors: as open(2).
    static Result<CompressedWriter> create(const std::filesystem::path& path);
    CompressedWriter(CompressedWriter&&) noexcept;
    CompressedWriter& operator=(CompressedWriter&&) noexcept;
    ~CompressedWriter();

    // Errors: as write(2).
    Result<void> write(std::span<const char> bytes);
    Result<void> finish();  // with a checksum of all

   private:
    struct State;
    Result<void> put(std::span<const char> bytes, bool is_last);
    explicit CompressedWriter(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

class CompressedReader {
   public:
    static Result<CompressedReader> open(const std::filesystem::path& path);
    CompressedReader(CompressedReader&&) noexcept;
    CompressedReader& operator=(CompressedReader&&) noexcept;
    ~CompressedReader();

    // Fills all of `bytes`. Errors: there are fewer (the file is truncated); it is damaged.
    Result<void> read(std::span<char> bytes);
    // Reads on to the end, where the checksum is. Errors: as read(); more lies behind.
    Result<void> finish();
    uint64_t file_bytes() const noexcept;  // compressed

   private:
    struct State;
    explicit CompressedReader(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

// Whether a file begins as a compressed one does. False when it cannot be read.
bool is_compressed(const std::filesystem::path& path);

}  // namespace heapkit::bundle

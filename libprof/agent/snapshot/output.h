// SPDX-License-Identifier: MIT
//
// The snapshot file on its way: columns through buffers, sections with checksums, renamed when whole.
//
// Side:    agent, floor 3 (snapshot). Child of a snapshot only: one thread.
// Memory:  one buffer a column, mapped.
// The first error sticks: later writes do nothing, close() removes what was written and returns it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <prof/format.h>

#include "base/text.h"

namespace prof::snapshot {

// What a writer that died has left behind on its way to `path`. `writer`: its pid, as it saw itself.
void remove_unfinished(const char* path, uint64_t writer) noexcept;

// A file being written at a temporary name.
class Output {
   public:
    // 0 or -errno: what is there and is no regular file stays, -EISDIR, -ELOOP or -EEXIST. `path` is kept by reference.
    // Nothing is written beyond `most_bytes` in all: then is_cut().
    int open(const char* path, uint64_t most_bytes) noexcept;

    // The header and the table of sections, then the rename. 0, or -errno with nothing left behind.
    int close() noexcept;

    // Room for a section whose length is known.
    uint64_t reserve(uint64_t bytes) noexcept;
    // Where a section starts that grows; it is the last one until grown_to() ends it.
    uint64_t end() const noexcept {
        return (end_ + PROF_SECTION_ALIGNMENT - 1) & ~uint64_t{PROF_SECTION_ALIGNMENT - 1};
    }
    void grown_to(uint64_t end) noexcept { end_ = end; }
    void add(const prof_section& section) noexcept;

    // A small section in one piece.
    void put(uint32_t id, uint32_t element_bytes, const void* data, uint64_t count) noexcept;

    // A second file without a name, for a column that grows beside the last one. -1: see error().
    int open_spill() noexcept;
    // Appends the spill's bytes; returns where they start.
    uint64_t take_spill(int spill, uint64_t bytes) noexcept;

    // To this file or to its spill.
    void write(int fd, const void* data, uint64_t bytes, uint64_t offset) noexcept;

    int fd() const noexcept { return fd_; }
    bool is_cut() const noexcept { return is_cut_; }
    int error() const noexcept { return error_; }
    void fail(long error) noexcept {
        if (error_ == 0) error_ = static_cast<int>(error);
    }
    uint64_t file_bytes() const noexcept { return end_; }

   private:
    int open_fresh(const char* suffix, Path& name) noexcept;

    const char* path_ = nullptr;
    Path temporary_;
    int fd_ = -1;
    int error_ = 0;
    bool is_cut_ = false;
    uint64_t most_bytes_ = 0, written_bytes_ = 0;
    uint64_t end_ = sizeof(prof_header);
    uint32_t count_ = 0;
    prof_section sections_[PROF_MAX_SECTIONS] = {};
};

// One section, front to back.
class Column {
   public:
    struct Place {
        uint32_t id;  // prof_section_id
        uint32_t element_bytes;
        uint64_t offset;  // of the first element in its file
        int spill = -1;   // the spill file; otherwise it is the output itself
    };
    Column(Output& output, const Place& place) noexcept;
    Column(const Column&) = delete;
    Column& operator=(const Column&) = delete;

    template <class T>
    void put(const T& element) noexcept {
        if (used_ + sizeof(T) > buffer_bytes) flush();
        __builtin_memcpy(buffer_ + used_, &element, sizeof(T));
        used_ += sizeof(T);
    }
    // Writes what is left and returns the section; its offset is this column's start in its own file.
    prof_section finish() noexcept;
    uint64_t elements() const noexcept { return (written_ + used_) / place_.element_bytes; }

    // A place for a column whose length is known.
    static Place place_for(Output& output, uint32_t id, uint32_t element_bytes, uint64_t count) noexcept {
        return {.id = id, .element_bytes = element_bytes, .offset = output.reserve(element_bytes * count)};
    }

   private:
    static constexpr size_t buffer_bytes = (size_t{128} << 10) / (64 * 72) * (64 * 72);  // whole elements and stripes
    void flush() noexcept;

    Output& output_;
    int fd_;
    Place place_;
    uint64_t written_ = 0;
    size_t used_ = 0;
    char* buffer_;
    prof_checksum_state checksum_;
};

}  // namespace prof::snapshot

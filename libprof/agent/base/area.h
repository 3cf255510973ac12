// SPDX-License-Identifier: MIT
//
// A column in a file that another process reads, mapped piece by piece as it grows.
//
//   file:    … | piece 0 | piece 1 | piece 2        | …       pieces follow one another in the file,
//   memory:      a         b         c                        and lie anywhere in memory
//
// The file is as long from the start as it can ever get, so that only address space grows here. No descriptor is kept:
// a program may close all of them, or count them. The kernel extends a shared mapping that is already there: mremap()
// of no bytes makes another mapping of its last page, as long as wanted, and what lies behind that page in the file
// comes with it.
//
// Side:    agent, floor 1 (base).
// Threads: one writer at a time. Signals: async-signal-safe.
// Fork:    a forked child shares the pieces with its parent until it calls detach(). It may then move into a file
//          again, to a place of its own.
#pragma once

#include <cstddef>
#include <cstdint>

namespace prof {

class Area {
   public:
    // Maps the first piece, at `offset` of the file. False: the kernel refused.
    bool begin(int fd, uint64_t offset, size_t first_bytes) noexcept;

    // The next piece, zeroed unless somebody wrote to the file; the first one has first_bytes. Null: there is none, and
    // there will be none.
    void* take(size_t bytes) noexcept;
    // The kernel refused a piece: the file does not have all of the column.
    bool is_cut() const noexcept { return is_cut_; }

    // Makes all pieces private memory, at their addresses, with the first `used_bytes` of what was in them and zeros
    // behind; so are those that are taken from then on. False: no memory; some pieces may still be shared.
    bool detach(size_t used_bytes) noexcept;

    // After detach(), the other way: all pieces become those of a file, with the first `used_bytes` of what is in them.
    // `anchor` is a shared mapping of one page, where the column begins in the file, all of zeros. False: the kernel
    // refused; some pieces may be shared.
    bool move_to(char* anchor, size_t used_bytes) noexcept;

   private:
    struct Piece {
        char* start;
        size_t bytes;
    };
    static constexpr unsigned most_pieces = 32;
    Piece pieces_[most_pieces]{};
    unsigned mapped_ = 0, taken_ = 0;
    bool is_cut_ = false;
    bool is_private_ = false;
};

// Puts private memory in the place of a shared mapping, with its first `used_bytes` in it. False: no memory.
bool make_private(char* start, size_t bytes, size_t used_bytes) noexcept;

}  // namespace prof

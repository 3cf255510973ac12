// SPDX-License-Identifier: MIT
//
// What the kernel says of each page: in memory, swapped, or never touched.
//
// Side: agent, floor 3 (snapshot). Child of a snapshot only; it reads its own page table.
//
// Of private memory without a file behind it, which is what heaps are, a fork copies every entry of the page table: so
// the copy's pages stand as the program's did when it was frozen, until the copy itself reads them. Whoever wants to
// know must ask before anything scans. Flags of pages can be read without privileges; where they are in memory, which
// reads as 0, is not asked.
#pragma once

#include <asm/unistd.h>
#include <fcntl.h>

#include <cstdint>

#include <prof/format.h>

#include "base/syscalls.h"

namespace prof::snapshot {

class Pagemap {
   public:
    Pagemap() noexcept : fd_(sys::open("/proc/self/pagemap", O_RDONLY)) {}
    ~Pagemap() {
        if (fd_ >= 0) sys::close(fd_);
    }
    Pagemap(const Pagemap&) = delete;
    Pagemap& operator=(const Pagemap&) = delete;

    bool is_there() const noexcept { return fd_ >= 0; }

    // Quick when asked upwards.
    prof_page_state state_of(uintptr_t address) noexcept {
        const uint64_t number = address / page_size;
        if (number - first_ >= count_ && !read(number)) return PROF_PAGE_UNKNOWN;
        const uint64_t entry = entries_[number - first_];
        if ((entry & present) != 0) return PROF_PAGE_RESIDENT;
        return (entry & swapped) != 0 ? PROF_PAGE_SWAPPED : PROF_PAGE_ABSENT;
    }

   private:
    static constexpr uint64_t present = uint64_t{1} << 63, swapped = uint64_t{1} << 62;
    static constexpr uintptr_t page_size = 4096;

    bool read(uint64_t number) noexcept {
        const long got = fd_ < 0 ? 0
                                 : sys::call(__NR_pread64, fd_, reinterpret_cast<long>(entries_), sizeof entries_,
                                             static_cast<long>(number * sizeof(uint64_t)));
        first_ = number;
        count_ = got > 0 ? static_cast<uint64_t>(got) / sizeof(uint64_t) : 0;
        return count_ > 0;
    }

    int fd_;
    uint64_t first_ = 0, count_ = 0;
    uint64_t entries_[512];
};

}  // namespace prof::snapshot

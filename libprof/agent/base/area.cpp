// SPDX-License-Identifier: MIT
//
// Areas. Side: agent, floor 1 (base). See area.h.
#include "base/area.h"

#include <asm/unistd.h>
#include <sys/mman.h>

#include "base/arena.h"
#include "base/syscalls.h"

namespace prof {

namespace {

constexpr size_t page_bytes = 4096;

char* remap(const char* start, size_t old_bytes, size_t bytes, int flags, const char* to) noexcept {
    const long result = sys::call(__NR_mremap, reinterpret_cast<long>(start), static_cast<long>(old_bytes),
                                  static_cast<long>(bytes), flags, reinterpret_cast<long>(to));
    return result < 0 && result > -static_cast<long>(page_bytes) ? nullptr : reinterpret_cast<char*>(result);
}

// Maps what follows `last` in its file.
char* map_behind(const char* last_end, size_t bytes) noexcept {
    char* start = remap(last_end - page_bytes, 0, page_bytes + bytes, MREMAP_MAYMOVE, nullptr);
    if (start == nullptr) return nullptr;
    sys::munmap(start, page_bytes);  // the last page of the piece before, which is mapped already
    return start + page_bytes;
}

}  // namespace

bool Area::begin(int fd, uint64_t offset, size_t first_bytes) noexcept {
    void* start = sys::mmap(nullptr, first_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
    if (start == nullptr) return false;
    pieces_[0] = {static_cast<char*>(start), first_bytes};
    mapped_ = 1;
    arena::adopt(start, first_bytes);
    return true;
}

void* Area::take(size_t bytes) noexcept {
    if (taken_ < mapped_) return pieces_[taken_++].start;
    if (mapped_ == 0 || is_cut_ || mapped_ == most_pieces) return nullptr;
    const Piece& last = pieces_[mapped_ - 1];
    char* start = is_private_ ? static_cast<char*>(arena::map(bytes)) : map_behind(last.start + last.bytes, bytes);
    is_cut_ = start == nullptr;
    if (is_cut_) return nullptr;
    if (!is_private_) arena::adopt(start, bytes);
    pieces_[mapped_] = {start, bytes};
    taken_ = ++mapped_;
    return start;
}

bool Area::detach(size_t used_bytes) noexcept {
    for (unsigned i = 0; i < mapped_; ++i) {
        const Piece& piece = pieces_[i];
        const size_t used = used_bytes < piece.bytes ? used_bytes : piece.bytes;
        if (!make_private(piece.start, piece.bytes, used)) return false;
        used_bytes -= used;
    }
    is_private_ = true;
    return true;
}

bool Area::move_to(char* anchor, size_t used_bytes) noexcept {
    size_t all_bytes = 0;
    for (unsigned i = 0; i < mapped_; ++i) all_bytes += pieces_[i].bytes;
    char* column = remap(anchor, 0, all_bytes, MREMAP_MAYMOVE, nullptr);
    if (column == nullptr) return false;
    for (unsigned i = 0; i < mapped_; ++i) {
        const Piece& piece = pieces_[i];
        const size_t used = used_bytes < piece.bytes ? used_bytes : piece.bytes;
        __builtin_memcpy(column, piece.start, used);
        if (remap(column, piece.bytes, piece.bytes, MREMAP_MAYMOVE | MREMAP_FIXED, piece.start) == nullptr) {
            sys::munmap(column, all_bytes);
            return false;
        }
        column += piece.bytes, all_bytes -= piece.bytes, used_bytes -= used;
    }
    is_private_ = false;
    return true;
}

bool make_private(char* start, size_t bytes, size_t used_bytes) noexcept {
    void* fresh = sys::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
    if (fresh == nullptr) return false;
    __builtin_memcpy(fresh, start, used_bytes);
    if (remap(static_cast<char*>(fresh), bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, start) != nullptr) return true;
    sys::munmap(fresh, bytes);
    return false;
}

}  // namespace prof

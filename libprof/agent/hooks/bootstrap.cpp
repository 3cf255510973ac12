// SPDX-License-Identifier: MIT
//
// The bootstrap buffer. Side: agent, floor 5 (hooks). See bootstrap.h.
//
//   | size | block … | size | block … |      the size stands in the 16 bytes before its block
#include "hooks/bootstrap.h"

namespace prof::bootstrap {

alignas(64) char buffer[buffer_bytes];

namespace {

constexpr size_t header_bytes = 16;
size_t used = 0;

size_t& size_of(void* block) noexcept { return *reinterpret_cast<size_t*>(static_cast<char*>(block) - header_bytes); }

}  // namespace

void* take(size_t bytes, size_t alignment) noexcept {
    if (alignment < header_bytes) alignment = header_bytes;
    if (bytes > buffer_bytes || alignment > buffer_bytes) return nullptr;
    const size_t wanted = (bytes + header_bytes + alignment + header_bytes - 1) & ~(header_bytes - 1);
    const size_t at = __atomic_fetch_add(&used, wanted, __ATOMIC_RELAXED);
    if (at + wanted > buffer_bytes) return nullptr;
    const uintptr_t from = reinterpret_cast<uintptr_t>(buffer) + at + header_bytes;
    void* block = reinterpret_cast<void*>((from + alignment - 1) & ~(alignment - 1));
    size_of(block) = bytes;
    return block;
}

size_t bytes_behind(const void* block) noexcept { return size_of(const_cast<void*>(block)); }

}  // namespace prof::bootstrap

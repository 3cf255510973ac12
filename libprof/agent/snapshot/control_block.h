// SPDX-License-Identifier: MIT
//
// What stands at the top of a thread's stack: glibc's struct pthread, which begins with tcbhead_t.
//
// Side: agent, floor 3 (snapshot). Child of a snapshot only.
#pragma once

#include <cstdint>

#include "snapshot/faults.h"

namespace prof::snapshot {

// Of the thread, living or gone, whose stack ends at `top`; 0 when there is none. It points to itself twice, in its
// words 0 and 2, and lies in the stack's last pages.
inline uintptr_t find_control_block(uintptr_t top) noexcept {
    constexpr uintptr_t page_bytes = 4096, pages = 4, alignment = 64;
    uint64_t words[page_bytes / sizeof(uint64_t)];
    for (uintptr_t page = top - page_bytes; page >= top - pages * page_bytes; page -= page_bytes) {
        if (!faults::copy(words, page, page_bytes)) return 0;
        for (uintptr_t at = 0; at < page_bytes; at += alignment) {
            const uint64_t* block = words + at / sizeof(uint64_t);
            if (block[0] == page + at && block[2] == page + at) return page + at;
        }
    }
    return 0;
}

// The start of the block in which its vector of dynamic thread-local storage would lie: word 1 points to the second
// entry, of 16 bytes each. 0 when it cannot be read.
inline uintptr_t vector_of(uintptr_t control_block) noexcept {
    constexpr uintptr_t entry_bytes = 16;
    uintptr_t vector;
    return faults::copy(&vector, control_block + sizeof(void*), sizeof vector) ? vector - entry_bytes : 0;
}

// Where the thread keeps the thread-local variables of a module; 0 when it has none yet, or that cannot be read. The
// entry before the first one that word 1 points to says how many there are; of each, its first word is the address.
inline uintptr_t storage_of(uintptr_t control_block, uint64_t tls_module) noexcept {
    constexpr uintptr_t entry_bytes = 16, unallocated = UINTPTR_MAX;
    uintptr_t vector, count, address;
    if (!faults::copy(&vector, control_block + sizeof(void*), sizeof vector) || vector < entry_bytes) return 0;
    if (!faults::copy(&count, vector - entry_bytes, sizeof count) || tls_module > count) return 0;
    if (!faults::copy(&address, vector + tls_module * entry_bytes, sizeof address)) return 0;
    return address == unallocated ? 0 : address;
}

}  // namespace prof::snapshot

// SPDX-License-Identifier: MIT
//
// Slots: see slot.h.
//
// Side:    agent, floor 2 (record).
#include "slot.h"

#include <asm/unistd.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/syscalls.h"

namespace prof {

namespace {

constexpr size_t head_bytes = PROF_SHARED_HEAD_BYTES;

prof_shared* map_head(int fd, uint64_t offset) noexcept {
    return static_cast<prof_shared*>(sys::mmap(nullptr, head_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset));
}

void unmap(prof_shared* head) noexcept { sys::munmap(head, head_bytes); }

// Memory that nobody can take away under us, and long enough. 0: it is none.
uint64_t slots_in(int fd) noexcept {
    struct stat facts;
    if (sys::call(__NR_fstat, fd, reinterpret_cast<long>(&facts)) < 0 || !S_ISREG(facts.st_mode)) return 0;
    const long seals = sys::call(__NR_fcntl, fd, F_GET_SEALS);
    if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || (seals & F_SEAL_WRITE) != 0) return 0;
    const uint64_t slots = static_cast<uint64_t>(facts.st_size) / PROF_SHARED_SLOT_BYTES;
    return slots < PROF_SHARED_SLOTS_AT_MOST ? slots : uint64_t{PROF_SHARED_SLOTS_AT_MOST};
}

// The first head, whose magic tells what the whole is. Null: it is something else.
prof_shared* first_head(int fd) noexcept {
    if (slots_in(fd) == 0) return nullptr;
    prof_shared* first = map_head(fd, 0);
    if (first == nullptr) return nullptr;
    if (__builtin_memcmp(first->magic, PROF_SHARED_MAGIC, sizeof first->magic) == 0 &&
        first->version == PROF_SHARED_VERSION)
        return first;
    unmap(first);
    return nullptr;
}

bool take(prof_shared* head, uint32_t owner) noexcept {
    uint32_t nobody = 0;
    return __atomic_compare_exchange_n(&head->owner, &nobody, owner, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

// Our pid as heapkit run sees it: in a pid namespace of our own that is another than getpid()'s, but /proc, by which we
// have opened its memory, is its own.
uint32_t pid_in_proc() noexcept {
    char text[16];
    const long bytes =
        sys::call(__NR_readlink, reinterpret_cast<long>("/proc/self"), reinterpret_cast<long>(text), sizeof text);
    uint32_t pid = 0;
    for (long i = 0; i < bytes && text[i] >= '0' && text[i] <= '9'; ++i)
        pid = pid * 10 + static_cast<uint32_t>(text[i] - '0');
    return pid != 0 ? pid : static_cast<uint32_t>(sys::getpid());
}

}  // namespace

Slot claim_slot(int fd) noexcept {
    prof_shared* const first = first_head(fd);
    if (first == nullptr) return {};
    const uint32_t owner = pid_in_proc();
    if (take(first, owner)) return {.head = first, .offset = 0};
    const uint64_t slots = slots_in(fd);
    for (uint64_t slot = 1; slot < slots; ++slot) {
        const uint64_t offset = slot * PROF_SHARED_SLOT_BYTES;
        prof_shared* const head = map_head(fd, offset);
        if (head == nullptr) break;
        if (take(head, owner)) {
            unmap(first);
            return {.head = head, .offset = offset};
        }
        unmap(head);
    }
    __atomic_fetch_add(&first->without_slot, 1, __ATOMIC_RELAXED);
    unmap(first);
    return {};
}

void give_back(const Slot& slot) noexcept {
    __atomic_store_n(&slot.head->owner, 0, __ATOMIC_RELEASE);
    unmap(slot.head);
}

}  // namespace prof

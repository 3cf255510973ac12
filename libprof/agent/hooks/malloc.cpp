// SPDX-License-Identifier: MIT
//
// The C family: malloc to pvalloc.
//
// Side:    agent, floor 5 (hooks).
// Threads: as the real functions. Signals: as the real functions.
// errno:   what the real function left.
//
// Allocation: the real one, then the record. Free: the record out, then the real one; the other way round another
// thread could be given the same address in between, and lose its record.
#include <errno.h>

#include "hooks/bootstrap.h"
#include "hooks/hook.h"
#include "hooks/real.h"
#include "record/recorded.h"

namespace {

using namespace prof;
using recorder::Caller;

// Out of the bootstrap buffer into the real heap.
void* moved_out(void* block, size_t size, const Caller& caller) noexcept {
    void* fresh = real.malloc(size);
    if (!sampler::passes_by(fresh, size)) record(fresh, size, caller);
    const size_t old_size = bootstrap::bytes_behind(block);
    if (fresh != nullptr) __builtin_memcpy(fresh, block, old_size < size ? old_size : size);
    return fresh;
}

// A null result for size 0 means that the block was freed; otherwise that it is as it was.
inline void* reallocated(void* block, size_t size, const Caller& caller) noexcept {
    if (block == nullptr) {
        void* fresh = real.realloc(nullptr, size);
        if (!sampler::passes_by(fresh, size)) record(fresh, size, caller);
        return fresh;
    }
    if (bootstrap::owns(block)) [[unlikely]]
        return moved_out(block, size, caller);
    const recorder::InFlight old = recorder::reallocating(block);
    void* fresh = real.realloc(block, size);
    if (fresh != nullptr || size == 0) {
        recorder::reallocated(old, fresh, size, caller);
    } else {
        recorder::not_reallocated(old);
    }
    return fresh;
}

inline bool forgotten(void* block) noexcept {
    if (bootstrap::owns(block)) [[unlikely]]
        return false;
    recorder::freed(block);
    return true;
}

}  // namespace

PROF_HOOK void* malloc(size_t size) noexcept { PROF_RECORDED(real.malloc(size), size); }
PROF_HOOK void* calloc(size_t n, size_t size) noexcept {
    PROF_RECORDED(real.calloc(n, size), n * size);
}
PROF_HOOK void* realloc(void* block, size_t size) noexcept { return reallocated(block, size, PROF_CALLER()); }
PROF_HOOK void* aligned_alloc(size_t a, size_t size) noexcept {
    PROF_RECORDED(real.aligned_alloc(a, size), size);
}
PROF_HOOK void* memalign(size_t a, size_t size) noexcept {
    PROF_RECORDED(real.memalign(a, size), size);
}
PROF_HOOK void* valloc(size_t size) noexcept { PROF_RECORDED(real.valloc(size), size); }
PROF_HOOK void* pvalloc(size_t size) noexcept { PROF_RECORDED(real.pvalloc(size), size); }

// Not the real one: it would call our realloc, and the record would be made twice. Unless realloc is not ours.
PROF_HOOK void* reallocarray(void* block, size_t n, size_t size) noexcept {
    if (real.reallocarray != nullptr) [[unlikely]]
        return real.reallocarray(block, n, size);
    size_t bytes;
    if (!__builtin_mul_overflow(n, size, &bytes)) return reallocated(block, bytes, PROF_CALLER());
    errno = ENOMEM;
    return nullptr;
}

PROF_HOOK int posix_memalign(void** block, size_t alignment, size_t size) noexcept {
    const int error = real.posix_memalign(block, alignment, size);
    if (error == 0 && !sampler::passes_by(*block, size)) record(*block, size, PROF_CALLER());
    return error;
}

PROF_HOOK void free(void* block) noexcept {
    if (forgotten(block)) real.free(block);
}
PROF_HOOK void free_sized(void* block, size_t size) noexcept {
    if (forgotten(block)) real.free_sized(block, size);
}
PROF_HOOK void free_aligned_sized(void* block, size_t alignment, size_t size) noexcept {
    if (forgotten(block)) real.free_aligned_sized(block, alignment, size);
}

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
    if (!sampler::passes_by(size)) record(fresh, size, caller);
    const size_t old_size = bootstrap::bytes_behind(block);
    if (fresh != nullptr) __builtin_memcpy(fresh, block, old_size < size ? old_size : size);
    return fresh;
}

// A null result for size 0 means that the block was freed; otherwise that it is as it was.
inline void* reallocated(void* block, size_t size, const Caller& caller) noexcept {
    if (block == nullptr) {
        void* fresh = real.realloc(nullptr, size);
        if (!sampler::passes_by(size)) record(fresh, size, caller);
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

// With sampling. Each of these is jumped to from its hook, so that its caller is the hook's; without sampling they cost
// the hooks one question. What passes by needs no frame and no registers kept.
[[gnu::noinline]] void* recorded_malloc(size_t size) noexcept {
    void* block = real.malloc(size);
    sampled::allocated(block, size, PROF_CALLER());
    return block;
}
[[gnu::noinline]] void* sampled_malloc(size_t size) noexcept {
    return sampler::passes_sampling(size) ? real.malloc(size) : recorded_malloc(size);
}

[[gnu::noinline]] void* recorded_calloc(size_t n, size_t size) noexcept {
    void* block = real.calloc(n, size);
    sampled::allocated(block, n * size, PROF_CALLER());
    return block;
}
[[gnu::noinline]] void* sampled_calloc(size_t n, size_t size) noexcept {
    return sampler::passes_sampling(n * size) ? real.calloc(n, size) : recorded_calloc(n, size);
}

[[gnu::noinline]] void forgetting_free(void* block) noexcept {
    if (forgotten(block)) real.free(block);
}
[[gnu::noinline]] void sampled_free(void* block) noexcept {
    return leaves_by(block) && !bootstrap::owns(block) ? real.free(block) : forgetting_free(block);
}

// Without. A function of its own, so that its frame is none of the other's.
[[gnu::noinline]] void* plain_malloc(size_t size) noexcept {
    void* block = real.malloc(size);
    recorder::allocated(block, size, PROF_CALLER());
    return block;
}

}  // namespace

PROF_HOOK void* malloc(size_t size) noexcept {
    return sampler::is_on() ? sampled_malloc(size) : plain_malloc(size);
}
PROF_HOOK void* calloc(size_t n, size_t size) noexcept {
    if (sampler::is_on()) [[unlikely]]
        return sampled_calloc(n, size);
    PROF_RECORDED(real.calloc(n, size), n * size);
}
PROF_HOOK void* realloc(void* block, size_t size) noexcept {
    if (sampler::is_on() && leaves_by(block) && !bootstrap::owns(block) && sampler::passes_sampling(size)) [[unlikely]]
        return real.realloc(block, size);
    return reallocated(block, size, PROF_CALLER());
}
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
    if (error == 0 && !sampler::passes_by(size)) record(*block, size, PROF_CALLER());
    return error;
}

PROF_HOOK void free(void* block) noexcept {
    if (sampler::is_on()) [[unlikely]]
        return sampled_free(block);
    if (forgotten(block)) real.free(block);
}
PROF_HOOK void free_sized(void* block, size_t size) noexcept {
    if (forgotten(block)) real.free_sized(block, size);
}
PROF_HOOK void free_aligned_sized(void* block, size_t alignment, size_t size) noexcept {
    if (forgotten(block)) real.free_aligned_sized(block, alignment, size);
}

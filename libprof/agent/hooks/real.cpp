// SPDX-License-Identifier: MIT
//
// Finding the real allocator. Side: agent, floor 5 (hooks). See real.h.
#include "hooks/real.h"

#include <errno.h>

#include "base/next_symbol.h"
#include "hooks/bootstrap.h"

namespace prof {

namespace {

enum : int { unknown, searching, found };
int progress = unknown;

void* first_malloc(size_t size) { return find_real() ? real.malloc(size) : bootstrap::take(size); }

void* first_calloc(size_t count, size_t size) {
    if (find_real()) return real.calloc(count, size);
    size_t bytes;
    return __builtin_mul_overflow(count, size, &bytes) ? nullptr : bootstrap::take(bytes);
}

void* first_realloc(void* block, size_t size) {
    if (find_real()) return real.realloc(block, size);
    return block == nullptr ? bootstrap::take(size) : nullptr;
}

void first_free(void* block) {
    if (find_real()) real.free(block);
}

void* first_memalign(size_t alignment, size_t size) {
    return find_real() ? real.memalign(alignment, size) : bootstrap::take(size, alignment);
}

void* first_aligned_alloc(size_t alignment, size_t size) {
    return find_real() ? real.aligned_alloc(alignment, size) : bootstrap::take(size, alignment);
}

int first_posix_memalign(void** block, size_t alignment, size_t size) {
    if (find_real()) return real.posix_memalign(block, alignment, size);
    *block = bootstrap::take(size, alignment);
    return *block == nullptr ? ENOMEM : 0;
}

constexpr size_t page = 4096;
void* first_valloc(size_t size) { return find_real() ? real.valloc(size) : bootstrap::take(size, page); }
void* first_pvalloc(size_t size) { return find_real() ? real.pvalloc(size) : bootstrap::take(size, page); }

// No libc has these two yet that must not also have free for the same blocks.
void (*program_free)(void*) = first_free;
void sized_by_free(void* block, size_t) { program_free(block); }
void aligned_sized_by_free(void* block, size_t, size_t) { program_free(block); }

const char* ahead = nullptr;

template <class Function>
void look_up(const char* name, Function*& function) noexcept {
    if (void* symbol = next_symbol(name)) function = reinterpret_cast<Function*>(symbol);
}

}  // namespace

constinit Real real = {
    .malloc = first_malloc,
    .calloc = first_calloc,
    .realloc = first_realloc,
    .free = first_free,
    .posix_memalign = first_posix_memalign,
    .aligned_alloc = first_aligned_alloc,
    .memalign = first_memalign,
    .valloc = first_valloc,
    .pvalloc = first_pvalloc,
    .reallocarray = nullptr,
    .free_sized = sized_by_free,
    .free_aligned_sized = aligned_sized_by_free,
};

bool find_real() noexcept {
    int before = unknown;
    if (!__atomic_compare_exchange_n(&progress, &before, searching, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        return before == found;
    }
    Real next = real;
    look_up("malloc", next.malloc);
    look_up("calloc", next.calloc);
    look_up("realloc", next.realloc);
    look_up("free", next.free);
    look_up("posix_memalign", next.posix_memalign);
    look_up("aligned_alloc", next.aligned_alloc);
    look_up("memalign", next.memalign);
    look_up("valloc", next.valloc);
    look_up("pvalloc", next.pvalloc);
    look_up("free_sized", next.free_sized);
    look_up("free_aligned_sized", next.free_aligned_sized);
    const bool complete = next.malloc != first_malloc && next.calloc != first_calloc && next.free != first_free &&
                          next.realloc != first_realloc;
    program_free = next.free;
    ahead = module_ahead("malloc");
    if (ahead != nullptr) {
        look_up("reallocarray", next.reallocarray);
        if (void* symbol = any_symbol("free")) program_free = reinterpret_cast<void (*)(void*)>(symbol);
    }
    if (complete) real = next;
    __atomic_store_n(&progress, complete ? found : unknown, __ATOMIC_RELEASE);
    return complete;
}

const char* allocator_ahead() noexcept { return ahead; }

}  // namespace prof

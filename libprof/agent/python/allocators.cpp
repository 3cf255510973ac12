// SPDX-License-Identifier: MIT
//
// Hooks around pymalloc. Side: agent, floor 4 (python). See allocators.h.
//
// Each record is made as hooks/malloc.cpp makes it: after the real allocation, before the real free. Whether a block is
// pymalloc's is asked of the arenas, since one of malloc's is recorded further in.
#include "python/allocators.h"

#include <stddef.h>

#include <initializer_list>

#include "base/next_symbol.h"
#include "python/arenas.h"
#include "record/recorded.h"

namespace prof::python::allocators {

namespace {

// As CPython has them (Include/cpython/pymem.h, objimpl.h).
struct Allocator {
    void* context;
    void* (*malloc)(void* context, size_t size);
    void* (*calloc)(void* context, size_t count, size_t size);
    void* (*realloc)(void* context, void* block, size_t size);
    void (*free)(void* context, void* block);
};
struct ArenaAllocator {
    void* context;
    void* (*alloc)(void* context, size_t size);
    void (*free)(void* context, void* start, size_t size);
};
enum Domain : int { domain_mem = 1, domain_object = 2 };

using AccessAllocator = void (*)(int domain, Allocator* allocator);
using AccessArenas = void (*)(ArenaAllocator* allocator);

constexpr size_t largest_bytes = 512;  // that pymalloc hands out itself

Allocator mem, object;  // what was there before: the contexts of our hooks
ArenaAllocator arena_allocator;
bool installed = false;

constexpr uintptr_t never = 0;
Ending ending{&never, nullptr};

// One load of a line that the interpreter's lock keeps in the cache.
void look_for_the_end() noexcept {
    if (__atomic_load_n(ending.word, __ATOMIC_RELAXED) == 0) [[likely]]
        return;
    ending.word = &never;
    ending.tell();
}

const Allocator& next(void* context) noexcept { return *static_cast<const Allocator*>(context); }
bool is_pools(const void* block) noexcept { return arenas::has(reinterpret_cast<uintptr_t>(block)); }

void* hook_malloc(void* context, size_t size) noexcept {
    look_for_the_end();
    void* const block = next(context).malloc(next(context).context, size);
    if (size <= largest_bytes && is_pools(block) && !sampler::passes_by(size))
        record(block, size, PROF_CALLER());
    return block;
}

void* hook_calloc(void* context, size_t count, size_t size) noexcept {
    void* const block = next(context).calloc(next(context).context, count, size);
    if (is_pools(block) && !sampler::passes_by(count * size)) record(block, count * size, PROF_CALLER());
    return block;
}

void* hook_realloc(void* context, void* block, size_t size) noexcept {
    if (block == nullptr || !is_pools(block)) {
        void* const fresh = next(context).realloc(next(context).context, block, size);
        if (block == nullptr && is_pools(fresh) && !sampler::passes_by(size))
            record(fresh, size, PROF_CALLER());
        return fresh;
    }
    const recorder::InFlight old = recorder::reallocating(block);
    void* const fresh = next(context).realloc(next(context).context, block, size);
    if (fresh == nullptr) {
        recorder::not_reallocated(old);
    } else {
        // One that became malloc's has been recorded there.
        recorder::reallocated(old, is_pools(fresh) ? fresh : nullptr, size, PROF_CALLER());
    }
    return fresh;
}

void hook_free(void* context, void* block) noexcept {
    look_for_the_end();
    if (block != nullptr && is_pools(block)) recorder::freed(block);
    next(context).free(next(context).context, block);
}

void* hook_arena_alloc(void*, size_t size) noexcept {
    void* const start = arena_allocator.alloc(arena_allocator.context, size);
    arenas::note(start, size);
    return start;
}

void hook_arena_free(void*, void* start, size_t size) noexcept {
    arenas::forget(start);
    arena_allocator.free(arena_allocator.context, start, size);
}

template <class Function>
bool find(const char* name, Function& function) noexcept {
    function = reinterpret_cast<Function>(any_symbol(name));
    return function != nullptr;
}

}  // namespace

bool install(unsigned arena_bytes, const Ending& wanted) noexcept {
    AccessAllocator get = nullptr, set = nullptr;
    AccessArenas get_arenas = nullptr, set_arenas = nullptr;
    if (!find("PyMem_GetAllocator", get) || !find("PyMem_SetAllocator", set) ||
        !find("PyObject_GetArenaAllocator", get_arenas) || !find("PyObject_SetArenaAllocator", set_arenas))
        return false;
    arenas::set_bytes(arena_bytes);
    ending = wanted;
    get_arenas(&arena_allocator);
    ArenaAllocator arenas_hook{nullptr, hook_arena_alloc, hook_arena_free};
    set_arenas(&arenas_hook);
    for (const Domain domain : {domain_mem, domain_object}) {
        Allocator& before = domain == domain_mem ? mem : object;
        get(domain, &before);
        Allocator hook{&before, hook_malloc, hook_calloc, hook_realloc, hook_free};
        set(domain, &hook);
    }
    return installed = true;
}

bool is_installed() noexcept { return installed; }

}  // namespace prof::python::allocators

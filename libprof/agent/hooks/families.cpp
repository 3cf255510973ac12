// SPDX-License-Identifier: MIT
//
// jemalloc's and mimalloc's own functions. Side: agent, floor 5 (hooks). See families.h.
//
// Each row below is a hook and where it goes on to. Sources: jemalloc(3) of 5.3; mimalloc.h of 2.0, of which 1.8
// and 2.1 have the same. Whatever a function is called with is handed on as it is. What gives memory says how much was
// asked for. Of mi_heap_destroy and of jemalloc's arena resets no single free is seen: their blocks end when the next
// ones come in their place, and that is counted. Not hooked, being of use on Windows: mi_realpath, mi_wcsdup,
// mi_mbsdup, mi_dupenv_s.
#include "hooks/families.h"

#include <string.h>

#include "base/imports.h"
#include "hooks/hook.h"
#include "hooks/real.h"
#include "record/recorded.h"

namespace prof::families {

namespace {

#define PROF_OWN_HOOK [[gnu::noinline]]

#define PROF_GIVES(name, parameters, arguments, bytes)                                          \
    void*(*next_##name)parameters = nullptr;                                                    \
    PROF_OWN_HOOK void* on_##name parameters {                                                  \
        begin_above();                                                                          \
        void* block = next_##name arguments;                                                    \
        if (block != nullptr) recorder::allocated_unless_recorded(block, bytes, PROF_CALLER()); \
        return block;                                                                           \
    }

// Null means that the block is as it was.
#define PROF_MOVES(name, parameters, arguments, bytes)                \
    void*(*next_##name)parameters = nullptr;                          \
    PROF_OWN_HOOK void* on_##name parameters {                        \
        const recorder::InFlight old = recorder::reallocating(block); \
        void* fresh = next_##name arguments;                          \
        if (fresh != nullptr) {                                       \
            recorder::reallocated(old, fresh, bytes, PROF_CALLER());  \
        } else {                                                      \
            recorder::not_reallocated(old);                           \
        }                                                             \
        return fresh;                                                 \
    }

// Null means that the block is gone.
#define PROF_MOVES_OR_FREES(name, parameters, arguments, bytes)       \
    void*(*next_##name)parameters = nullptr;                          \
    PROF_OWN_HOOK void* on_##name parameters {                        \
        const recorder::InFlight old = recorder::reallocating(block); \
        void* fresh = next_##name arguments;                          \
        recorder::reallocated(old, fresh, bytes, PROF_CALLER());      \
        return fresh;                                                 \
    }

#define PROF_TAKES(name, parameters, arguments) \
    void(*next_##name) parameters = nullptr;    \
    PROF_OWN_HOOK void on_##name parameters {   \
        recorder::freed_above(block);           \
        next_##name arguments;                  \
    }

#define PROF_ROW(name) \
    { #name, reinterpret_cast < void*>(&on_##name), reinterpret_cast < void**>(&next_##name) }

// ---- jemalloc ------------------------------------------------------------------------------------------------------

// clang-format off
PROF_GIVES(mallocx, (size_t size, int flags),              (size, flags), size)
PROF_MOVES(rallocx, (void* block, size_t size, int flags), (block, size, flags), size)
PROF_TAKES(dallocx, (void* block, int flags),              (block, flags))
PROF_TAKES(sdallocx, (void* block, size_t size, int flags), (block, size, flags))
// clang-format on

// Resizes in place and says what the size is then: what was wanted, or not.
size_t (*next_xallocx)(void* block, size_t size, size_t extra, int flags) = nullptr;
PROF_OWN_HOOK size_t on_xallocx(void* block, size_t size, size_t extra, int flags) {
    const recorder::InFlight old = recorder::reallocating(block);
    const size_t now = next_xallocx(block, size, extra, flags);
    if (now >= size) {
        const size_t most = size + extra;
        recorder::reallocated(old, block, now < most || most < size ? now : most, PROF_CALLER());
    } else {
        recorder::not_reallocated(old);
    }
    return now;
}

const Import jemalloc[] = {PROF_ROW(mallocx), PROF_ROW(rallocx), PROF_ROW(xallocx), PROF_ROW(dallocx),
                           PROF_ROW(sdallocx)};

// ---- mimalloc ------------------------------------------------------------------------------------------------------

using Heap = void;  // mi_heap_t

// As many bytes as the text that was made: it has no zero before its end.
size_t text_bytes(const void* text) noexcept { return strlen(static_cast<const char*>(text)) + 1; }

// clang-format off
#define PROF_BOTH(macro, name, parameters, arguments, bytes)  /* the plain one, and that of a heap */ \
    macro(mi_##name, (PROF_LIST parameters), (PROF_LIST arguments), bytes)                            \
    macro(mi_heap_##name, (Heap* heap, PROF_LIST parameters), (heap, PROF_LIST arguments), bytes)
#define PROF_LIST(...) __VA_ARGS__

PROF_BOTH(PROF_GIVES, malloc,            (size_t size),                     (size), size)
PROF_BOTH(PROF_GIVES, zalloc,            (size_t size),                     (size), size)
PROF_BOTH(PROF_GIVES, calloc,            (size_t n, size_t size),           (n, size), n * size)
PROF_BOTH(PROF_GIVES, mallocn,           (size_t n, size_t size),           (n, size), n * size)
PROF_BOTH(PROF_GIVES, malloc_small,      (size_t size),                     (size), size)
PROF_GIVES(mi_zalloc_small,              (size_t size),                     (size), size)
PROF_BOTH(PROF_GIVES, malloc_aligned,    (size_t size, size_t a),           (size, a), size)
PROF_BOTH(PROF_GIVES, malloc_aligned_at, (size_t size, size_t a, size_t o), (size, a, o), size)
PROF_BOTH(PROF_GIVES, zalloc_aligned,    (size_t size, size_t a),           (size, a), size)
PROF_BOTH(PROF_GIVES, zalloc_aligned_at, (size_t size, size_t a, size_t o), (size, a, o), size)
PROF_BOTH(PROF_GIVES, calloc_aligned,    (size_t n, size_t size, size_t a), (n, size, a), n * size)
PROF_BOTH(PROF_GIVES, calloc_aligned_at, (size_t n, size_t size, size_t a, size_t o), (n, size, a, o), n * size)
PROF_BOTH(PROF_GIVES, strdup,            (const char* text),                (text), text_bytes(block))
PROF_BOTH(PROF_GIVES, strndup,           (const char* text, size_t n),      (text, n), text_bytes(block))

PROF_BOTH(PROF_MOVES, realloc,             (void* block, size_t size), (block, size), size)
PROF_BOTH(PROF_MOVES, reallocn,            (void* block, size_t n, size_t size), (block, n, size), n * size)
PROF_BOTH(PROF_MOVES_OR_FREES, reallocf,   (void* block, size_t size), (block, size), size)
PROF_BOTH(PROF_MOVES, rezalloc,            (void* block, size_t size), (block, size), size)
PROF_BOTH(PROF_MOVES, recalloc,            (void* block, size_t n, size_t size), (block, n, size), n * size)
PROF_BOTH(PROF_MOVES, realloc_aligned,     (void* block, size_t size, size_t a), (block, size, a), size)
PROF_BOTH(PROF_MOVES, realloc_aligned_at,  (void* block, size_t size, size_t a, size_t o), (block, size, a, o), size)
PROF_BOTH(PROF_MOVES, rezalloc_aligned,    (void* block, size_t size, size_t a), (block, size, a), size)
PROF_BOTH(PROF_MOVES, recalloc_aligned, (void* block, size_t n, size_t size, size_t a), (block, n, size, a), n * size)
PROF_MOVES(mi_expand,                      (void* block, size_t size), (block, size), size)
PROF_MOVES(mi_reallocarray,                (void* block, size_t n, size_t size), (block, n, size), n * size)
PROF_MOVES(mi_new_realloc,                 (void* block, size_t size), (block, size), size)
PROF_MOVES(mi_new_reallocn,                (void* block, size_t n, size_t size), (block, n, size), n * size)

PROF_GIVES(mi_heap_alloc_new,      (Heap* heap, size_t size), (heap, size), size)
PROF_GIVES(mi_heap_alloc_new_n,    (Heap* heap, size_t n, size_t size), (heap, n, size), n * size)
PROF_GIVES(mi_new,                 (size_t size),           (size), size)
PROF_GIVES(mi_new_n,               (size_t n, size_t size), (n, size), n * size)
PROF_GIVES(mi_new_aligned,         (size_t size, size_t a), (size, a), size)
PROF_GIVES(mi_new_nothrow,         (size_t size),           (size), size)
PROF_GIVES(mi_new_aligned_nothrow, (size_t size, size_t a), (size, a), size)
PROF_GIVES(mi_memalign,            (size_t a, size_t size), (a, size), size)
PROF_GIVES(mi_aligned_alloc,       (size_t a, size_t size), (a, size), size)
PROF_GIVES(mi_valloc,              (size_t size),           (size), size)
PROF_GIVES(mi_pvalloc,             (size_t size),           (size), size)

PROF_TAKES(mi_free,              (void* block),                        (block))
PROF_TAKES(mi_cfree,             (void* block),                        (block))
PROF_TAKES(mi_free_size,         (void* block, size_t size),           (block, size))
PROF_TAKES(mi_free_aligned,      (void* block, size_t a),              (block, a))
PROF_TAKES(mi_free_size_aligned, (void* block, size_t size, size_t a), (block, size, a))
// clang-format on

int (*next_mi_posix_memalign)(void** block, size_t alignment, size_t size) = nullptr;
PROF_OWN_HOOK int on_mi_posix_memalign(void** block, size_t alignment, size_t size) {
    begin_above();
    const int error = next_mi_posix_memalign(block, alignment, size);
    if (error == 0) recorder::allocated_unless_recorded(*block, size, PROF_CALLER());
    return error;
}

#define PROF_ROWS(name) PROF_ROW(mi_##name), PROF_ROW(mi_heap_##name)
const Import mimalloc[] = {PROF_ROWS(malloc),
                           PROF_ROWS(zalloc),
                           PROF_ROWS(calloc),
                           PROF_ROWS(mallocn),
                           PROF_ROWS(malloc_small),
                           PROF_ROW(mi_zalloc_small),
                           PROF_ROWS(malloc_aligned),
                           PROF_ROWS(malloc_aligned_at),
                           PROF_ROWS(zalloc_aligned),
                           PROF_ROWS(zalloc_aligned_at),
                           PROF_ROWS(calloc_aligned),
                           PROF_ROWS(calloc_aligned_at),
                           PROF_ROWS(strdup),
                           PROF_ROWS(strndup),
                           PROF_ROW(mi_heap_alloc_new),
                           PROF_ROW(mi_heap_alloc_new_n),
                           PROF_ROWS(realloc),
                           PROF_ROWS(reallocn),
                           PROF_ROWS(reallocf),
                           PROF_ROWS(rezalloc),
                           PROF_ROWS(recalloc),
                           PROF_ROWS(realloc_aligned),
                           PROF_ROWS(realloc_aligned_at),
                           PROF_ROWS(rezalloc_aligned),
                           PROF_ROWS(recalloc_aligned),
                           PROF_ROW(mi_expand),
                           PROF_ROW(mi_reallocarray),
                           PROF_ROW(mi_new_realloc),
                           PROF_ROW(mi_new_reallocn),
                           PROF_ROW(mi_new),
                           PROF_ROW(mi_new_n),
                           PROF_ROW(mi_new_aligned),
                           PROF_ROW(mi_new_nothrow),
                           PROF_ROW(mi_new_aligned_nothrow),
                           PROF_ROW(mi_memalign),
                           PROF_ROW(mi_aligned_alloc),
                           PROF_ROW(mi_valloc),
                           PROF_ROW(mi_pvalloc),
                           PROF_ROW(mi_free),
                           PROF_ROW(mi_cfree),
                           PROF_ROW(mi_free_size),
                           PROF_ROW(mi_free_aligned),
                           PROF_ROW(mi_free_size_aligned),
                           PROF_ROW(mi_posix_memalign)};

template <size_t count>
void lead(const Import (&imports)[count]) noexcept {
    lead_imports(imports, count);
}

}  // namespace

void lead_here() noexcept {
    if (allocator_ahead() != nullptr) return;
    lead(jemalloc);
    lead(mimalloc);
}

}  // namespace prof::families

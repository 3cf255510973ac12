// SPDX-License-Identifier: MIT
//
// prof.hpp: prof.h with types. Header only, C++17, with or without exceptions and RTTI.
//
// Side: the bridge. What prof.h says of threads, signals, and a process without the recorder holds here, too.
#pragma once

#include <prof/allocator.hpp>
#include <prof/fields.hpp>
#include <prof/prof.h>
#include <prof/scope.hpp>
#include <prof/tracked.hpp>
#include <prof/types.hpp>
#if __has_include(<memory_resource>)
#include <prof/memory_resource.hpp>
#endif

namespace prof {

// ---- As Python's tracemalloc has them ------------------------------------------------------------------------------

// Of the whole process; blocks that are known stay known. False: the recorder sleeps, or is not there.
inline bool start() noexcept { return prof_set_recording(1) == 0; }
inline bool stop() noexcept { return prof_set_recording(0) == 0; }
inline bool is_tracing() noexcept { return prof_recording() != 0; }

// Forgets all blocks that are known: what lives and the peak begin anew. False: errno says why.
inline bool clear_traces() noexcept { return prof_clear_traces() == 0; }

// False: errno says why.
inline bool take_snapshot(const char* path = nullptr) noexcept { return prof_take_snapshot(path) == 0; }

struct TracedMemory {
    uint64_t current_bytes, peak_bytes;
};
inline TracedMemory traced_memory() noexcept {
    prof_memory memory = {};
    if (prof_traced_memory(&memory) != 0) return {0, 0};
    return {memory.live_bytes, memory.peak_bytes};
}
inline void reset_peak() noexcept { prof_reset_peak(); }
inline uint64_t own_memory() noexcept { return prof_own_memory(); }

// How many frames the stack has; at most `most` are written. 0: no live block is known around `address`.
inline size_t allocation_stack(const void* address, void** frames, size_t most) noexcept {
    return prof_allocation_stack(address, frames, most);
}

// ---- Roots ---------------------------------------------------------------------------------------------------------

// `object` and all that it refers to is in use, by this name, until forget_root(). False: prof_root_declare() says why.
template <typename T>
bool root(const char* name, const T* object) noexcept {
    return prof_root_declare(name, object, sizeof(T)) == 0;
}

inline void forget_root(const void* object) noexcept { prof_root_forget(object); }

}  // namespace prof

// SPDX-License-Identifier: MIT
//
// An arena, and a pool of objects of one type in it: what a program writes whose objects are small and many. Both say
// what they hand out (prof.h), and the pool of what type (prof.hpp), so that heapkit sees objects and not chunks.
// Without the recorder that costs a test each.
//
//   chunk of 64 KiB:  | header | object | object | freed, next → | object |   not yet handed out   |
//
// Threads: one at a time.
#pragma once

#include <prof/prof.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <utility>

class Arena {
   public:
    Arena() = default;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    ~Arena();

    // Throws std::bad_alloc when the system has none, or `bytes` are more than a chunk has.
    void* allocate(size_t bytes, size_t alignment = alignof(std::max_align_t));
    // A copy of the text that lives as long as the arena, ended by NUL.
    const char* keep(std::string_view text);
    // Gives back all that was handed out; the chunks stay.
    void reset();

   private:
    struct Chunk {
        Chunk* next;
        size_t used;
    };
    static constexpr size_t chunk_bytes = size_t{64} << 10;
    void add_chunk();

    Chunk* first_ = nullptr;
    Chunk* current_ = nullptr;
};

template <typename T>
class Pool {
   public:
    explicit Pool(Arena& arena) : arena_(arena) {}

    template <typename... Arguments>
    T* make(Arguments&&... arguments) {
        void* const memory = place();
        prof::block_is<T>(memory);  // also where nothing that has a type holds it any more
        return new (memory) T{std::forward<Arguments>(arguments)...};
    }
    void destroy(T* object);

   private:
    union Place {
        Place* next_free;
        alignas(T) std::byte bytes[sizeof(T)];
    };
    void* place();

    Arena& arena_;
    Place* free_ = nullptr;
};

template <typename T>
void* Pool<T>::place() {
    if (free_ == nullptr) return arena_.allocate(sizeof(Place), alignof(Place));
    Place* const reused = std::exchange(free_, free_->next_free);
    prof_block_allocated(reused, sizeof(Place));
    return reused;
}

template <typename T>
void Pool<T>::destroy(T* object) {
    object->~T();
    prof_block_freed(object);
    auto* const place = reinterpret_cast<Place*>(object);
    place->next_free = std::exchange(free_, place);
}

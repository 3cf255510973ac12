// SPDX-License-Identifier: MIT
//
// prof::tracked: a class whose every `new` says what it makes.
//
//   class Session : public prof::tracked<Session> { … };
//   class AdminSession : public prof::tracked<AdminSession, Session> { … };   // of a class that is tracked
//
// Side: the bridge. Memory is the global operators', to the byte; the class becomes no larger. A class derived from T
// that is not tracked itself is allocated without a type, unless it has T's size: nobody can tell which it is. Where
// two bases are tracked, `using prof::tracked<…>::operator new` and so on say which one's operators count.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>

#include <prof/types.hpp>

namespace prof {

namespace detail {

struct NoBase {};

// What `new T[n]` puts before the elements.
template <class T>
constexpr std::size_t count_bytes() noexcept {
    if (std::is_trivially_destructible_v<T>) return 0;
    return alignof(T) > sizeof(std::size_t) ? alignof(T) : sizeof(std::size_t);
}

template <class T>
void next_is_one(std::size_t bytes) noexcept {
    if (bytes == sizeof(T)) next_is<T>();
}
template <class T>
void next_is_several(std::size_t bytes) noexcept {
    if (bytes >= count_bytes<T>() && (bytes - count_bytes<T>()) % sizeof(T) == 0) next_is<T>();
}

}  // namespace detail

template <class T, class Base = detail::NoBase>
class tracked : public Base {
   public:
    using Base::Base;

    static void* operator new(std::size_t bytes) { return detail::next_is_one<T>(bytes), ::operator new(bytes); }
    static void* operator new(std::size_t bytes, const std::nothrow_t& nothrow) noexcept {
        return detail::next_is_one<T>(bytes), ::operator new(bytes, nothrow);
    }
    static void* operator new(std::size_t bytes, std::align_val_t alignment) {
        return detail::next_is_one<T>(bytes), ::operator new(bytes, alignment);
    }
    static void* operator new(std::size_t bytes, std::align_val_t alignment, const std::nothrow_t& nothrow) noexcept {
        return detail::next_is_one<T>(bytes), ::operator new(bytes, alignment, nothrow);
    }
    static void* operator new(std::size_t, void* place) noexcept { return place; }

    static void* operator new[](std::size_t bytes) {
        return detail::next_is_several<T>(bytes), ::operator new[](bytes);
    }
    static void* operator new[](std::size_t bytes, const std::nothrow_t& nothrow) noexcept {
        return detail::next_is_several<T>(bytes), ::operator new[](bytes, nothrow);
    }
    static void* operator new[](std::size_t bytes, std::align_val_t alignment) {
        return detail::next_is_several<T>(bytes), ::operator new[](bytes, alignment);
    }
    static void* operator new[](std::size_t bytes, std::align_val_t alignment, const std::nothrow_t& nothrow) noexcept {
        return detail::next_is_several<T>(bytes), ::operator new[](bytes, alignment, nothrow);
    }
    static void* operator new[](std::size_t, void* place) noexcept { return place; }

    // With its size where the global operator is told it, too. Arrays without: they would be given a count to find it.
#if defined(__cpp_sized_deallocation)
    static void operator delete(void* block, std::size_t bytes) noexcept { ::operator delete(block, bytes); }
    static void operator delete(void* block, std::size_t bytes, std::align_val_t alignment) noexcept {
        ::operator delete(block, bytes, alignment);
    }
#else
    static void operator delete(void* block) noexcept { ::operator delete(block); }
    static void operator delete(void* block, std::align_val_t alignment) noexcept {
        ::operator delete(block, alignment);
    }
#endif
    static void operator delete[](void* block) noexcept { ::operator delete[](block); }
    static void operator delete[](void* block, std::align_val_t alignment) noexcept {
        ::operator delete[](block, alignment);
    }

    // When a constructor throws.
    static void operator delete(void* block, const std::nothrow_t& nothrow) noexcept {
        ::operator delete(block, nothrow);
    }
    static void operator delete(void* block, std::align_val_t alignment, const std::nothrow_t& nothrow) noexcept {
        ::operator delete(block, alignment, nothrow);
    }
    static void operator delete(void*, void*) noexcept {}
    static void operator delete[](void* block, const std::nothrow_t& nothrow) noexcept {
        ::operator delete[](block, nothrow);
    }
    static void operator delete[](void* block, std::align_val_t alignment, const std::nothrow_t& nothrow) noexcept {
        ::operator delete[](block, alignment, nothrow);
    }
    static void operator delete[](void*, void*) noexcept {}
};

}  // namespace prof

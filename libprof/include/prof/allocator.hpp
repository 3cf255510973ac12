// SPDX-License-Identifier: MIT
//
// prof::allocator for containers, prof::make_unique and prof::make_shared: blocks that say what they are.
//
// Side: the bridge. They allocate as std::allocator, `new` and std::allocate_shared do, to the byte.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include <prof/types.hpp>

namespace prof {

// For any container of the standard library, and what is like them. It has no state: all are equal. A container rebinds
// it to what it allocates, so that nodes are nodes, and the Elements that they have inside stay known.
template <class T, class Element = T>
class allocator {
   public:
    using value_type = T;
    template <class U>
    struct rebind {
        using other = allocator<U, Element>;
    };
    using is_always_equal = std::true_type;
    using propagate_on_container_move_assignment = std::true_type;

    allocator() = default;
    template <class U, class Other>
    allocator(const allocator<U, Other>&) noexcept {}

    [[nodiscard]] T* allocate(std::size_t count) {
        detail::next_has<T, Element>();
        return std::allocator<T>().allocate(count);
    }
    void deallocate(T* block, std::size_t count) noexcept { std::allocator<T>().deallocate(block, count); }
};

template <class T, class E, class U, class F>
bool operator==(const allocator<T, E>&, const allocator<U, F>&) noexcept {
    return true;
}
template <class T, class E, class U, class F>
bool operator!=(const allocator<T, E>&, const allocator<U, F>&) noexcept {
    return false;
}

// As std::make_unique. Arrays of unknown bound: of so many elements.
template <class T, class... Arguments>
[[nodiscard]] std::enable_if_t<!std::is_array_v<T>, std::unique_ptr<T>> make_unique(Arguments&&... arguments) {
    next_is<T>();
    return std::unique_ptr<T>(new T(std::forward<Arguments>(arguments)...));
}
template <class T>
[[nodiscard]] std::enable_if_t<std::is_array_v<T> && std::extent_v<T> == 0, std::unique_ptr<T>> make_unique(
    std::size_t count) {
    using Element = std::remove_extent_t<T>;
    next_is<Element>();
    return std::unique_ptr<T>(new Element[count]());
}

// As std::make_shared; arrays of unknown bound from C++20 on. What is allocated is a control block with a T in it.
template <class T, class... Arguments>
[[nodiscard]] std::enable_if_t<!std::is_array_v<T>, std::shared_ptr<T>> make_shared(Arguments&&... arguments) {
    return std::allocate_shared<T>(allocator<std::remove_cv_t<T>>(), std::forward<Arguments>(arguments)...);
}
#if __cplusplus >= 202002L
template <class T>
[[nodiscard]] std::enable_if_t<std::is_unbounded_array_v<T>, std::shared_ptr<T>> make_shared(std::size_t count) {
    return std::allocate_shared<T>(allocator<std::remove_cv_t<std::remove_extent_t<T>>>(), count);
}
#endif

}  // namespace prof

// SPDX-License-Identifier: MIT
//
// Types of C++ as prof.h knows them: each is declared when it is first used, by the name that typeid gives it.
//
// Side: the bridge. Threads, signals: as prof_type_declare(). In a process without the recorder each of these is one
// test and branch.
#pragma once

#include <type_traits>
#include <utility>

#include <prof/prof.h>
#include <prof/fields.hpp>
#include <prof/names.hpp>

namespace prof {

namespace detail {

// 0: not yet declared.
template <class T>
PROF_OF_THIS_LIBRARY inline std::uint32_t known_number = 0;

template <class T>
[[gnu::noinline, gnu::cold]] std::uint32_t declare() noexcept {
    Fields fields;
    const TypeName name = name_of<T>();
    const prof_type_declaration said = {name.text, sizeof(T), name.flags,
                                        static_cast<std::uint32_t>(fields_of<T>(fields)), fields};
    const std::uint32_t number = prof_type_declare(&said);
    __atomic_store_n(&known_number<T>, number, __ATOMIC_RELAXED);
    return number;
}

}  // namespace detail

// T's number; 0: absent, or it could not be declared.
template <class T>
std::uint32_t type_number() noexcept {
    using Plain = std::remove_cv_t<T>;
    const std::uint32_t known = __atomic_load_n(&detail::known_number<Plain>, __ATOMIC_RELAXED);
    return known != 0 || !prof_agent_type_declare ? known : detail::declare<Plain>();
}

namespace detail {

// The classes that a container's element is made of: they have the fields.
template <class T>
struct Parts {
    static void declare() noexcept {
        if constexpr (std::is_class_v<T>) static_cast<void>(type_number<T>());
    }
};
template <class First, class Second>
struct Parts<std::pair<First, Second>> {
    static void declare() noexcept {
        Parts<std::remove_cv_t<First>>::declare();
        Parts<std::remove_cv_t<Second>>::declare();
    }
};

template <class T, class Element>
[[gnu::noinline, gnu::cold]] std::uint32_t declare_with() noexcept {
    Parts<Element>::declare();
    return type_number<T>();
}

// As next_is<T>(): of a container's node or buffer, with Elements inside.
template <class T, class Element>
void next_has() noexcept {
    if (!prof_agent_next_type) return;
    const std::uint32_t known = __atomic_load_n(&known_number<T>, __ATOMIC_RELAXED);
    prof_agent_next_type(known != 0 ? known : declare_with<T, Element>());
}

}  // namespace detail

// The next block that this thread allocates or reports is a T, or an array of them: prof_next_type().
template <class T>
void next_is() noexcept {
    if (prof_agent_next_type) prof_agent_next_type(type_number<T>());
}

// The block that begins there is a T, or an array of them: prof_block_type(). False: it is no live block, or absent.
template <class T>
bool block_is(void* block) noexcept {
    return prof_agent_block_type && prof_agent_block_type(block, type_number<T>()) == 0;
}

}  // namespace prof

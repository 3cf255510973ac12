// SPDX-License-Identifier: MIT
//
// What a type is called: as typeid has it, which is as debug information has it; without RTTI as the compiler spells
// it.
//
// Side: the bridge. Not to be included by itself: prof.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <typeinfo>

#include <prof/prof.h>

// Of each library its own: such a variable of a template, shared by all, would keep libraries from being unloaded.
#define PROF_OF_THIS_LIBRARY __attribute__((visibility("hidden")))

namespace prof::detail {

struct TypeName {
    const char* text;
    std::uint32_t flags;  // prof_name_flag
};

#if defined(__cpp_rtti) || defined(__GXX_RTTI)

// Of a type that may be incomplete: the mangled name of a pointer to it is "P" and its own.
template <class T>
TypeName name_of() noexcept {
    return {typeid(std::remove_cv_t<T>*).name() + 1, PROF_NAME_MANGLED};
}

#else

template <std::size_t length>
struct Spelling {
    char text[length + 1];
};

// g++: "… spell() [with T = Session]", clang: "… spell() [T = Session]".
template <class T>
constexpr auto spell() noexcept {
    constexpr std::string_view whole = __PRETTY_FUNCTION__, before = "T = ";
    constexpr std::size_t begin = whole.find(before) + before.size(), length = whole.rfind(']') - begin;
    Spelling<length> made = {};
    for (std::size_t i = 0; i < length; ++i) made.text[i] = whole[begin + i];
    return made;
}

template <class T>
PROF_OF_THIS_LIBRARY inline constexpr auto spelling = spell<T>();

template <class T>
TypeName name_of() noexcept {
    return {spelling<std::remove_cv_t<T> >.text, 0};
}

#endif

}  // namespace prof::detail

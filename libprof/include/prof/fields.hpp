// SPDX-License-Identifier: MIT
//
// PROF_FIELDS: the members of a class, by name, for a program without debug information.
//
//   class Session {
//    public:
//     PROF_FIELDS(Session, user_, next_)      // in the class: of private members, too
//    private:
//     std::string user_;
//     Session* next_;
//   };
//
//   struct Order { int id; Order* next; };
//   PROF_FIELDS(Order, id, next)              // behind it, in its namespace
//
// Up to 64, in any order, and not all need be there; also those of a base, which are members, too, and are added where
// the class is prof::tracked<T, Base>. Not bit-fields and references, which have no offset. Standing in a class it must
// be in its public part, or nobody sees it: where that matters, static_assert(prof::has_fields<Session>).
//
// Side: the bridge. It costs what it does once, when the first block of the type is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <prof/each.hpp>
#include <prof/names.hpp>

namespace prof {

template <class T, class Base>
class tracked;

namespace detail {

inline constexpr std::size_t most_fields = 64;

// The parameter by which a class's fields are found: those of a base are not taken for them.
template <class T>
struct Exactly {};

// A pointer is told by what it points to; a smart pointer is what it is, a class.
template <class Member>
prof_field_declaration field(const char* name, std::size_t offset) noexcept {
    constexpr bool is_pointer = std::is_pointer_v<Member> && !std::is_void_v<std::remove_pointer_t<Member>>;
    constexpr std::uint32_t flag = is_pointer ? std::uint32_t{PROF_FIELD_POINTER} : 0;
    const TypeName type = name_of<std::conditional_t<is_pointer, std::remove_pointer_t<Member>, Member>>();
    return {name, type.text, offset, sizeof(Member), type.flags | flag, 0};
}

template <class T, class = void>
inline constexpr bool has_fields_inside = false;
template <class T>
inline constexpr bool
    has_fields_inside<T, std::void_t<decltype(T::prof_fields_of(Exactly<T>(), static_cast<prof_field_declaration*>(
                                                                                  nullptr)))>> = true;
template <class T, class = void>
inline constexpr bool has_fields_behind = false;
template <class T>
inline constexpr bool has_fields_behind<
    T, std::void_t<decltype(prof_fields_of(Exactly<T>(), static_cast<prof_field_declaration*>(nullptr)))>> = true;

using Fields = prof_field_declaration[most_fields];

// What PROF_FIELDS says of T. Returns how many.
template <class T>
std::size_t own_fields_of(Fields& fields) noexcept {
    if constexpr (has_fields_inside<T>)
        return T::prof_fields_of(Exactly<T>(), fields);
    else if constexpr (has_fields_behind<T>)
        return prof_fields_of(Exactly<T>(), fields);
    else
        return static_cast<void>(fields), 0;
}

// The class that T is derived from by prof::tracked<T, Base>; void: it is not.
template <class T>
struct TrackedBase {
    template <class Base>
    static Base* find(const tracked<T, Base>*);
    static void* find(...);
    using type = std::remove_pointer_t<decltype(find(static_cast<const T*>(nullptr)))>;
};

// Where Base begins in T: not a virtual base.
template <class T, class Base>
std::size_t offset_of_base() noexcept {
    constexpr std::uintptr_t somewhere = std::uintptr_t{1} << 20;
    return reinterpret_cast<std::uintptr_t>(static_cast<Base*>(reinterpret_cast<T*>(somewhere))) - somewhere;
}

// Also those of the classes that it is tracked with, as far as there is room and T did not name them itself.
template <class T>
std::size_t fields_of(Fields& fields) noexcept {
    std::size_t count = own_fields_of<T>(fields);
    using Base = typename TrackedBase<T>::type;
    if constexpr (!std::is_void_v<Base>) {
        Fields inherited;
        const std::size_t own_count = count, inherited_count = fields_of<Base>(inherited);
        for (std::size_t i = 0; i < inherited_count && count < most_fields; ++i) {
            inherited[i].offset += offset_of_base<T, Base>();
            bool is_named = false;
            for (std::size_t j = 0; j < own_count; ++j) is_named |= fields[j].offset == inherited[i].offset;
            if (!is_named) fields[count++] = inherited[i];
        }
    }
    return count;
}

}  // namespace detail

// Whether T's fields are known. The first use of T decides: PROF_FIELDS comes before it.
template <class T>
inline constexpr bool has_fields = detail::has_fields_inside<T> || detail::has_fields_behind<T>;

}  // namespace prof

// offsetof in a class that is not of standard layout is asked of g++ and clang, which both know it.
#define PROF_FIELDS(T, ...)                                                                                     \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Winvalid-offsetof\"")                     \
    [[maybe_unused]] static inline ::std::size_t prof_fields_of(::prof::detail::Exactly<T>,                     \
                                                                ::prof_field_declaration* prof_to) noexcept {  \
        ::std::size_t prof_count = 0;                                                                           \
        PROF_EACH(PROF_FIELD, T, __VA_ARGS__)                                                                   \
        return prof_count;                                                                                      \
    }                                                                                                           \
    _Pragma("GCC diagnostic pop")

#define PROF_FIELD(T, member) \
    prof_to[prof_count++] = ::prof::detail::field<decltype(T::member)>(#member, offsetof(T, member));

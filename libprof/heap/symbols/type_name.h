// SPDX-License-Identifier: MIT
//
// One spelling for each C++ type: that of abi::__cxa_demangle.
//
// Side: heap, floor 3 (symbols). Text to text.
//
// The same class is spelled three ways: "pair<const long unsigned int, char const*>" by GCC's DWARF, "pair<const
// unsigned long, const char *>" by clang's, "std::pair<unsigned long const, char const*>" by the demangler, which RTTI
// names and symbols go through.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heapkit::symbols {

// Of any of the three spellings. What cannot be understood as a type stays as it is.
//
//     const char *                              char const*
//     array<long unsigned int, 4>               array<unsigned long, 4>      DWARF's text does not say 4ul
//     map<int, Foo<Bar>>                        map<int, Foo<Bar> >
//     void(*)(int)                              void (*)(int)
//     {anonymous}::Hidden                       (anonymous namespace)::Hidden
std::string canonical_type_name(std::string_view text);

// Of the last component of a canonical name: "a::B<int, c::D<E> >" → "int", "c::D<E>". They point into `canonical`.
std::vector<std::string_view> template_arguments_of(std::string_view canonical);

// Without the arguments of the last component: "a::B<int>" → "a::B".
std::string_view without_template_arguments(std::string_view canonical);

// Of a class, the name of its constructors: "a::B<int>" → "B".
std::string_view own_name_of(std::string_view canonical);

// What stands right of a type's innermost name, put into parentheses so that parameters or bounds may follow:
// "*" → " (*)", "* (*)(int)" → " (*(*)(int))", " S::*" → " (S::*)".
std::string in_parentheses(std::string_view rest);

}  // namespace heapkit::symbols

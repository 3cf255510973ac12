// SPDX-License-Identifier: MIT
//
// C++ names as people say them: "std::vector<Document>::push_back" rather than three lines.
//
// Side: heap, floor 3 (symbols). Text to text; knows demangled names by libstdc++'s and libc++abi's demanglers.
#pragma once

#include <string>
#include <string_view>

namespace heapkit::symbols {

// Of a function: without return type, parameters, qualifiers, ABI tags; template arguments as short_type has them, and
// the function's own only when they are short. What is not a C++ function stays as it is.
std::string short_function(std::string_view demangled);

// Of a type: without inline namespaces (std::__cxx11, std::__1), and without default allocators, comparators, hashes
// and char_traits; std::basic_string<char, …> is std::string. Two types that differ in more keep different names.
std::string short_type(std::string_view demangled);

// The part of a function's name that says which function it is: without return type and parameters, otherwise as it
// is: "void std::vector<int, std::allocator<int> >::resize(unsigned long)" → "std::vector<int, … >::resize".
std::string_view qualified_function(std::string_view demangled);

}  // namespace heapkit::symbols

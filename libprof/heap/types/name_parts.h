// SPDX-License-Identifier: MIT
//
// The parts of a demangled C++ name: the class that a function belongs to; and names put together from parts.
//
// Side:    heap, floor 4 (types). Text to text; a view is of the text that was given.
// Memory:  none but the vector of arguments.
//
//     "std::vector<Document, std::allocator<Document> >::_M_realloc_insert<Document>"
//      └── scope                                          └── function
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heapkit::types {

struct FunctionParts {
    std::string_view scope;     // "std::vector<Document, …>"; "" for a function of no class or namespace
    std::string_view function;  // "_M_realloc_insert<Document>"
};
// Of a function without return type and parameters (symbols::qualified_function).
FunctionParts parts_of_function(std::string_view qualified);

// Without inline namespaces: "std::__cxx11::list" and "std::__1::list" are "std::list".
std::string without_inline_namespaces(std::string_view name);
// "std::vector<int, std::allocator<int> >": the demangler's spacing of closing brackets.
std::string instance_of(std::string_view template_name, const std::vector<std::string>& arguments);

}  // namespace heapkit::types

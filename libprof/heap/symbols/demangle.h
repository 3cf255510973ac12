// SPDX-License-Identifier: MIT
//
// Linkage names to C++ names. The one door to abi::__cxa_demangle.
//
// Side: heap, floor 3 (symbols).
#pragma once

#include <string>
#include <string_view>

namespace heapkit::symbols {

// "_ZN3FooC1Ei.cold" → "Foo::Foo(int)". What compilers append for parts and clones (".part.0", ".constprop.1",
// ".isra.0", ".cold") and symbol versions ("@GLIBC_2.2.5") are left out. Names that are not mangled stay as they are.
std::string demangle(std::string_view linkage_name);

// The name in a std::type_info: "N4http7SessionE" → "http::Session", "*12LocalSession" likewise. "" when it is none.
std::string demangle_type(std::string_view type_info_name);

}  // namespace heapkit::symbols

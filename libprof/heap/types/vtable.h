// SPDX-License-Identifier: MIT
//
// The technique "vtable": the class of an object, from the run-time type information that its vtable points to.
//
// Side: heap, floor 4 (types). Certain: only an object of that very class holds that pointer in its first word.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "symbols/frames.h"

namespace heapkit::types {

// What a word into a module's constant data is to the object that begins with it.
enum class VtableKind : uint8_t {
    none,             // no vtable
    rtti,             // a primary vtable, whose typeinfo names the class
    symbol,           // one without typeinfo (-fno-rtti), whose symbol names the class
    nameless,         // one without both: what a stripped program without RTTI has
    second_base,      // of a base that lies behind the object's start: what holds it begins elsewhere
    virtual_base,     // the same, in a class that has virtual bases
    in_construction,  // of a class that is being made or destroyed, while a base with virtual bases is
};
constexpr size_t vtable_kind_count = static_cast<size_t>(VtableKind::in_construction) + 1;

struct Vtable {
    VtableKind kind = VtableKind::none;
    std::string of_class;  // of the object that begins with it, demangled and full; "" where it does not say
};

// Of the pointer `vptr`. Needs no symbols but the file that ran; without a symbol, a class that is being made is called
// after its base, as the language itself does.
Vtable vtable_at(uint64_t vptr, const symbols::Frames& frames);

// Whether the class of that vtable has `base`, demangled and full, among its bases, near or far, as its RTTI says.
bool derives_from(uint64_t vptr, std::string_view base, const symbols::Frames& frames);

// The class whose objects begin with the pointer `vptr`: "http::Session". "" when it does not say.
std::string class_of_vtable(uint64_t vptr, const symbols::Frames& frames);

}  // namespace heapkit::types

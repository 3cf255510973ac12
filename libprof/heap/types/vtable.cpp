// SPDX-License-Identifier: MIT
//
// See vtable.h.
//
// Side: heap, floor 4 (types).
//
// The Itanium C++ ABI, as g++ and clang have it:
//
//     vptr - 16   offset to top: 0 in a primary vtable          typeinfo + 0   vptr of a class of <typeinfo>:
//     vptr -  8   typeinfo  ─────────────────────────────────►                 __class_type_info, __si_…, __vmi_…
//     vptr        first virtual function                        typeinfo + 8   mangled name: "N4http7SessionE"
//
// Any word into a module could look like a vptr, so all of it must hold: a zero, a typeinfo, and that typeinfo's own
// class by name. Modules without RTTI (-fno-rtti) have no typeinfo; there the vtable's symbol says the class.
#include "types/vtable.h"

#include <algorithm>
#include <array>

#include "symbols/demangle.h"
#include "symbols/image.h"

namespace heapkit::types {
namespace {

using symbols::Image;

constexpr uint64_t word = 8;

// Vtables of the classes that a class's typeinfo can be of; and the same classes by their own typeinfo's name, for
// programs that link the C++ library statically and have no symbols.
constexpr std::array typeinfo_classes = {"N10__cxxabiv117__class_type_infoE", "N10__cxxabiv120__si_class_type_infoE",
                                         "N10__cxxabiv121__vmi_class_type_infoE"};

bool is_typeinfo_class(std::string_view name) {
    return std::find(typeinfo_classes.begin(), typeinfo_classes.end(), name) != typeinfo_classes.end();
}

// "_ZTVN10__cxxabiv1…E", perhaps with a version behind.
bool is_vtable_of_typeinfo_class(std::string_view symbol) {
    constexpr std::string_view prefix = "_ZTV";
    return symbol.starts_with(prefix) &&
           is_typeinfo_class(symbol.substr(prefix.size(), symbol.find('@') - prefix.size()));
}

// Whether the first word of a typeinfo says that it describes a class.
bool describes_a_class(const Image::Pointer& vptr, const symbols::Frames& frames) {
    if (is_vtable_of_typeinfo_class(vptr.symbol)) return true;
    if (vptr.address == 0) return false;
    const std::string symbol = frames.symbol_at(vptr.address - 2 * word);
    if (symbol.starts_with("vtable for __cxxabiv1::")) return symbol.ends_with("class_type_info");
    const Image* image = frames.image_at(vptr.address);
    if (image == nullptr) return false;
    const auto typeinfo = image->pointer_at(vptr.address - word);
    const auto name = typeinfo && typeinfo->address != 0 ? image->pointer_at(typeinfo->address + word) : std::nullopt;
    return name && name->address != 0 && is_typeinfo_class(image->text_at(name->address));
}

std::string name_in_typeinfo(uint64_t typeinfo, const symbols::Frames& frames) {
    const Image* image = frames.image_at(typeinfo);
    if (image == nullptr) return {};
    const auto vptr = image->pointer_at(typeinfo);
    const auto name = image->pointer_at(typeinfo + word);
    if (!vptr || !name || name->address == 0 || !describes_a_class(*vptr, frames)) return {};
    return symbols::demangle_type(image->text_at(name->address));
}

std::string without_prefix(const std::string& text, std::string_view prefix) {
    return text.starts_with(prefix) ? text.substr(prefix.size()) : std::string();
}

}  // namespace

std::string class_of_vtable(uint64_t vptr, const symbols::Frames& frames) {
    const Image* image = frames.image_at(vptr);
    if (image == nullptr || vptr % word != 0 || image->word_at(vptr - 2 * word) != uint64_t{0}) return {};
    if (const auto typeinfo = image->pointer_at(vptr - word)) {
        if (typeinfo->address != 0) return name_in_typeinfo(typeinfo->address, frames);
        const std::string elsewhere = symbols::demangle(typeinfo->symbol);  // in another module
        return without_prefix(elsewhere, "typeinfo for ");
    }
    return without_prefix(frames.symbol_at(vptr), "vtable for ");
}

}  // namespace heapkit::types

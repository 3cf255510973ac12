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
//
// The vtable of a base at offset n has -n as offset to top, and the typeinfo of the whole. While a base that has
// virtual bases is made, the object has a construction vtable ("_ZTC", base-in-whole): a zero and the *base's*
// typeinfo, so that only the symbol says what is being made.
#include "types/vtable.h"

#include <algorithm>
#include <array>
#include <vector>

#include "symbols/demangle.h"
#include "symbols/image.h"

namespace heapkit::types {
namespace {

using symbols::Image;

constexpr uint64_t word = 8;

// Vtables of the classes that a class's typeinfo can be of; and the same classes by their own typeinfo's name, for
// programs that link the C++ library statically and have no symbols.
enum class Bases : uint8_t { unknown, none, one, several };
struct TypeinfoClass {
    std::string_view mangled;
    std::string_view symbol;  // of its vtable
    Bases bases;              // of the classes that it describes
};
constexpr std::array typeinfo_classes = {
    TypeinfoClass{"N10__cxxabiv117__class_type_infoE", "vtable for __cxxabiv1::__class_type_info", Bases::none},
    TypeinfoClass{"N10__cxxabiv120__si_class_type_infoE", "vtable for __cxxabiv1::__si_class_type_info", Bases::one},
    TypeinfoClass{"N10__cxxabiv121__vmi_class_type_infoE", "vtable for __cxxabiv1::__vmi_class_type_info",
                  Bases::several}};

template <typename Name>
Bases bases_by(Name TypeinfoClass::*how, std::string_view name) {
    const auto found = std::ranges::find(typeinfo_classes, name, how);
    return found == typeinfo_classes.end() ? Bases::unknown : found->bases;
}

// What the first word of a typeinfo says of the class that it describes; unknown: it describes none.
Bases bases_by_typeinfo(const Image::Pointer& vptr, const symbols::Frames& frames) {
    constexpr std::string_view prefix = "_ZTV";  // and perhaps a version behind the name
    if (vptr.symbol.starts_with(prefix)) {
        const std::string_view name = vptr.symbol.substr(prefix.size(), vptr.symbol.find('@') - prefix.size());
        if (const Bases bases = bases_by(&TypeinfoClass::mangled, name); bases != Bases::unknown) return bases;
    }
    if (vptr.address == 0) return Bases::unknown;
    const std::string symbol = frames.symbol_at(vptr.address - 2 * word);
    if (symbol.starts_with("vtable for __cxxabiv1::")) return bases_by(&TypeinfoClass::symbol, symbol);
    const Image* image = frames.image_at(vptr.address);
    if (image == nullptr) return Bases::unknown;
    const auto typeinfo = image->pointer_at(vptr.address - word);
    const auto name = typeinfo && typeinfo->address != 0 ? image->pointer_at(typeinfo->address + word) : std::nullopt;
    if (!name || name->address == 0) return Bases::unknown;
    return bases_by(&TypeinfoClass::mangled, image->text_at(name->address));
}

std::string name_in_typeinfo(uint64_t typeinfo, const symbols::Frames& frames) {
    const Image* image = frames.image_at(typeinfo);
    if (image == nullptr) return {};
    const auto vptr = image->pointer_at(typeinfo);
    const auto name = image->pointer_at(typeinfo + word);
    if (!vptr || !name || name->address == 0 || bases_by_typeinfo(*vptr, frames) == Bases::unknown) return {};
    return symbols::demangle_type(image->text_at(name->address));
}

// The bases of a class, near and far, as far as their typeinfo is in reach. `visit` returns false to stop.
//
//     typeinfo + 16   __si_…: typeinfo of the base        __vmi_…: flags, number of bases (32 bits each)
//     typeinfo + 24                                       rows: typeinfo of a base, its offset << 8 | flags
template <typename Visit>
void for_each_base(uint64_t typeinfo, const symbols::Frames& frames, Visit visit) {
    constexpr size_t most_classes = 64;
    std::vector<uint64_t> work = {typeinfo};
    for (size_t at = 0; at < work.size() && at < most_classes; ++at) {
        const Image* image = frames.image_at(work[at]);
        const auto vptr = image != nullptr ? image->pointer_at(work[at]) : std::nullopt;
        const Bases bases = vptr ? bases_by_typeinfo(*vptr, frames) : Bases::unknown;
        const uint64_t rest = work[at] + 2 * word;
        const uint64_t count = bases == Bases::several ? image->word_at(rest).value_or(0) >> 32 : 0;
        const auto meet = [&](uint64_t place, bool is_virtual) {
            const auto base = image->pointer_at(place);
            if (base && base->address != 0) work.push_back(base->address);
            return !base || visit(*base, is_virtual);
        };
        if (bases == Bases::one && !meet(rest, false)) return;
        for (uint64_t i = 0; i < std::min<uint64_t>(count, most_classes); ++i) {
            const uint64_t row = rest + (1 + 2 * i) * word;
            const bool is_virtual = (image->word_at(row + word).value_or(0) & 1) != 0;
            if (!meet(row, is_virtual)) return;
        }
    }
}

bool has_virtual_base(uint64_t typeinfo, const symbols::Frames& frames) {
    bool found = false;
    for_each_base(typeinfo, frames, [&](const Image::Pointer&, bool is_virtual) { return !(found |= is_virtual); });
    return found;
}

std::string without_prefix(const std::string& text, std::string_view prefix) {
    return text.starts_with(prefix) ? text.substr(prefix.size()) : std::string();
}

// In another module the symbol alone leads to it.
std::string class_of_typeinfo(const Image::Pointer& typeinfo, const symbols::Frames& frames) {
    return typeinfo.address != 0 ? name_in_typeinfo(typeinfo.address, frames)
                                 : without_prefix(symbols::demangle(typeinfo.symbol), "typeinfo for ");
}

// Offsets to top of bases behind the object's start.
bool is_behind_top(uint64_t offset) {
    constexpr int64_t furthest = int64_t{1} << 32;
    const auto to_top = static_cast<int64_t>(offset);
    return to_top < 0 && to_top > -furthest && to_top % static_cast<int64_t>(word) == 0;
}

Vtable with_typeinfo(uint64_t vptr, const Image::Pointer& typeinfo, bool is_behind, const symbols::Frames& frames) {
    std::string name = class_of_typeinfo(typeinfo, frames);
    if (name.empty()) return {};
    if (is_behind) {
        const bool is_virtual = typeinfo.address != 0 && has_virtual_base(typeinfo.address, frames);
        return {is_virtual ? VtableKind::virtual_base : VtableKind::second_base, {}};
    }
    const std::string being_made = without_prefix(frames.symbol_at(vptr), "construction vtable for ");
    if (being_made.empty()) return {VtableKind::rtti, std::move(name)};
    constexpr std::string_view in = "-in-";
    const size_t whole = being_made.find(in);
    return {VtableKind::in_construction, whole == std::string::npos ? name : being_made.substr(whole + in.size())};
}

Vtable without_typeinfo(uint64_t vptr, const Image& image, bool is_behind, const symbols::Frames& frames) {
    const std::string symbol = frames.symbol_at(vptr);
    std::string name = without_prefix(symbol, "vtable for ");
    const auto first = image.pointer_at(vptr);
    // Tables of functions are written by hand, too, but seldom behind two zeros, and seldom in C++.
    const bool looks_like_one = symbol.empty() && image.is_cpp() && !image.is_code(vptr) && first &&
                                first->address != 0 && image.is_code(first->address);
    if (name.empty() && !looks_like_one) return {};
    if (is_behind) return {VtableKind::second_base, {}};
    return name.empty() ? Vtable{VtableKind::nameless, {}} : Vtable{VtableKind::symbol, std::move(name)};
}

}  // namespace

Vtable vtable_at(uint64_t vptr, const symbols::Frames& frames) {
    const Image* image = frames.image_at(vptr);
    if (image == nullptr || vptr % word != 0) return {};
    const auto to_top = image->word_at(vptr - 2 * word);
    const bool is_behind = to_top && is_behind_top(*to_top);
    if (!to_top || (*to_top != 0 && !is_behind)) return {};
    if (const auto typeinfo = image->pointer_at(vptr - word)) return with_typeinfo(vptr, *typeinfo, is_behind, frames);
    return without_typeinfo(vptr, *image, is_behind, frames);
}

bool derives_from(uint64_t vptr, std::string_view base, const symbols::Frames& frames) {
    const Image* image = frames.image_at(vptr);
    const auto typeinfo = image != nullptr && vptr % word == 0 ? image->pointer_at(vptr - word) : std::nullopt;
    if (!typeinfo || typeinfo->address == 0) return false;
    bool found = false;
    for_each_base(typeinfo->address, frames,
                  [&](const Image::Pointer& each, bool) { return !(found = class_of_typeinfo(each, frames) == base); });
    return found;
}

std::string class_of_vtable(uint64_t vptr, const symbols::Frames& frames) { return vtable_at(vptr, frames).of_class; }

}  // namespace heapkit::types

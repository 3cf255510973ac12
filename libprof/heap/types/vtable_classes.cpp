// SPDX-License-Identifier: MIT
//
// See vtable_classes.h.
//
// Side: heap, floor 4 (types).
#include "types/vtable_classes.h"

#include "symbols/image.h"
#include "symbols/type_name.h"

namespace heapkit::types {

using symbols::DebugTypeId;

namespace {

constexpr uint64_t word = 8;
constexpr uint64_t most_slots = 256;

struct Slots {
    DebugTypeId of_destructor;  // class of the deleting destructor
    DebugTypeId of_method;      // class of a method that has the class's very name
};

Slots look_at_slots(uint64_t vptr, std::string_view rtti_name, const symbols::Frames& frames,
                    const symbols::TypeBook& book) {
    Slots found;
    const symbols::Image* image = frames.image_at(vptr);
    if (image == nullptr) return found;
    bool was_destructor = false;
    for (uint64_t slot = 0; slot < most_slots; ++slot) {
        const auto pointer = image->pointer_at(vptr + slot * word);
        if (!pointer) break;
        const symbols::FunctionFacts* facts = pointer->address != 0 ? book.function_at(pointer->address) : nullptr;
        const bool is_destructor = facts != nullptr && facts->is_destructor;
        if (is_destructor && was_destructor && found.of_destructor == DebugTypeId())
            found.of_destructor = facts->of_class;
        if (facts != nullptr && found.of_method == DebugTypeId() && book.name(facts->of_class) == rtti_name)
            found.of_method = facts->of_class;
        was_destructor = is_destructor;
    }
    return found;
}

}  // namespace

DebugTypeId class_in_book(uint64_t vptr, std::string_view rtti_name, const symbols::Frames& frames,
                          const symbols::TypeBook& book) {
    const Slots slots = look_at_slots(vptr, rtti_name, frames, book);
    const auto has_layout = [&](DebugTypeId type) { return book.type(type).size_bytes != 0; };
    const std::string by_destructor = book.name(slots.of_destructor);
    if (has_layout(slots.of_destructor) && by_destructor == rtti_name) return slots.of_destructor;
    if (has_layout(slots.of_method)) return slots.of_method;
    if (const DebugTypeId by_name = book.find(rtti_name); has_layout(by_name)) return by_name;
    const bool is_one_template =
        symbols::without_template_arguments(by_destructor) == symbols::without_template_arguments(rtti_name);
    return has_layout(slots.of_destructor) && is_one_template ? slots.of_destructor : DebugTypeId();
}

}  // namespace heapkit::types

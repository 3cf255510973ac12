// SPDX-License-Identifier: MIT
//
// How sure each kind of evidence is, and what it is called.
//
// Side: heap, floor 4 (types).
#include <array>

#include "types/types.h"

namespace heapkit::types {

std::string_view to_text(Evidence evidence) noexcept {
    constexpr std::array<std::string_view, evidence_count> texts = {
        "none",           "allocation site", "guess", "field of an unsure type", "symbol name",     "result variable",
        "stack variable", "thread-local",    "field", "allocator argument",      "resume function", "vtable",
        "compiler",       "declared",        "Python"};
    return texts[static_cast<size_t>(evidence)];
}

std::string_view to_text(Trust trust) noexcept {
    constexpr std::array<std::string_view, 5> texts = {"none", "low", "medium", "high", "certain"};
    return texts[static_cast<size_t>(trust)];
}

Trust trust_in(Evidence evidence) noexcept {
    switch (evidence) {
        case Evidence::none:
        case Evidence::allocation_site:
            return Trust::none;
        case Evidence::guess:
        case Evidence::seeded_field:
            return Trust::low;
        case Evidence::symbol_name:
        case Evidence::result_variable:
        case Evidence::stack_variable:
            return Trust::medium;
        case Evidence::thread_local_:
        case Evidence::field:
        case Evidence::allocator_argument:
        case Evidence::resume_function:
            return Trust::high;
        case Evidence::vtable:
        case Evidence::compiler:
        case Evidence::declared:
        case Evidence::python:
            return Trust::certain;
    }
    return Trust::none;
}

}  // namespace heapkit::types

// SPDX-License-Identifier: MIT
//
// Tags: pseudo-frames that say of which declared type a block is, and in which domain it was allocated
// (docs/FORMAT.md, DECLARED_TYPES). They are innermost frames in the file. Nobody above this folder meets one: stacks
// begin at the frame that called malloc, and what their tag said stands beside them.
//
// Side:   heap, floor 2 (read).
// Memory: 8 bytes a stack, and a copy of the stacks, when any has a tag.
#pragma once

#include <cstdint>

#include <prof/format.h>

namespace heapkit::read {

struct SmallSections;

// What a stack was marked with.
struct Tag {
    uint32_t domain = 0;  // row of PROF_SECTION_DOMAINS; 0: none
    uint32_t type = 0;    // row of PROF_SECTION_DECLARED_TYPES; 0: none
    friend bool operator==(const Tag&, const Tag&) = default;
};

// What a call tree address says when it is a tag.
constexpr unsigned generation_shift = 48;
constexpr bool is_tag(uint64_t pc) noexcept { return pc >> generation_shift == PROF_GENERATION_TAG; }
constexpr Tag tag_in(uint64_t pc) noexcept {
    return {.domain = static_cast<uint32_t>(pc >> PROF_TAG_DOMAIN_SHIFT & PROF_TAG_TYPE_MASK),
            .type = static_cast<uint32_t>(pc & PROF_TAG_TYPE_MASK)};
}
// A tag that says nothing.
constexpr uint64_t empty_tag = uint64_t{PROF_GENERATION_TAG} << generation_shift;

// Of sections that were checked: lets each stack begin at its innermost frame, and keeps what its tag said.
void take_tags_off(SmallSections& small);

}  // namespace heapkit::read

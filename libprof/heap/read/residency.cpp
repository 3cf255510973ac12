// SPDX-License-Identifier: MIT
//
// Pages and hashes: the columns that not every snapshot has, with the proof that they fit the rest.
//
// Side: heap, floor 2 (read).
#include "read/residency.h"

#include <bit>
#include <optional>

#include "read/columns.h"

namespace heapkit::read {
namespace {

// No sum of two numbers from the file is taken before it is known not to overflow.
const char* wrong_with_ranges(const Residency& residency) {
    const uint64_t page_bytes = residency.page_bytes;
    if (!std::has_single_bit(page_bytes)) return "has pages of a size that cannot be";
    uint64_t last_end = 0, last_state = 0;
    for (const prof_page_range& range : residency.ranges) {
        if (range.start % page_bytes != 0) return "has a range that does not start with a page";
        if (range.start < last_end) return "is not in ascending order";
        if (range.page_count > (UINT64_MAX - range.start) / page_bytes)
            return "has a range that ends beyond the address space";
        if (range.states_begin < last_state || range.states_begin > residency.states.size())
            return "names states that do not exist";
        constexpr uint64_t in_byte = 8 / PROF_PAGE_STATE_BITS;
        const uint64_t bytes = range.page_count / in_byte + (range.page_count % in_byte != 0);
        if (bytes > residency.states.size() - range.states_begin) return "names states that do not exist";
        last_end = range.start + range.page_count * page_bytes;
        last_state = range.states_begin + bytes;
    }
    return nullptr;
}

}  // namespace

Result<Residency> read_residency(const Sections& sections, const SmallSections& small,
                                 std::vector<prof_page_range>& copied) {
    auto ranges = sections.rows<prof_page_range>(PROF_SECTION_PAGE_RANGES, copied);
    if (!ranges) return ranges.error();
    auto states = sections.numbers<uint8_t>(PROF_SECTION_PAGE_STATES);
    if (!states) return states.error();
    const Residency residency{.ranges = *ranges, .states = *states, .page_bytes = small.process.page_bytes};
    if (residency.ranges.empty()) return residency;
    if (const char* wrong = wrong_with_ranges(residency)) return sections.damaged(PROF_SECTION_PAGE_RANGES, wrong);
    return residency;
}

Result<std::span<const uint64_t>> read_hashes(const Sections& sections, const Blocks& blocks) {
    auto hashes = sections.numbers<uint64_t>(PROF_SECTION_BLOCK_HASH);
    if (!hashes || hashes->empty() || hashes->size() == blocks.count()) return hashes;
    return sections.damaged(PROF_SECTION_BLOCK_HASH, "is not as long as the columns of blocks");
}

}  // namespace heapkit::read

// SPDX-License-Identifier: MIT
//
// Memcheck's four heuristics, each from the words at a block's start; the others are asked.
//
// Side: heap, floor 5 (refs).
#include "refs/interior.h"

#include <fmt/format.h>
#include <algorithm>

namespace heapkit::refs {
namespace {

constexpr uint64_t word_bytes = sizeof(uint64_t);
constexpr uint64_t string_header_bytes = 3 * word_bytes;  // length, capacity, use count
constexpr uint32_t readable = 1, executable = 4;          // prof_map's permissions

bool* named(Heuristics& heuristics, std::string_view name) {
    if (name == "stdstring") return &heuristics.stdstring;
    if (name == "length64") return &heuristics.length64;
    if (name == "newarray") return &heuristics.newarray;
    if (name == "multipleinheritance") return &heuristics.multipleinheritance;
    if (name == "header") return &heuristics.header;
    return nullptr;
}

}  // namespace

Result<Heuristics> parse_heuristics(std::string_view text) {
    constexpr Heuristics none = {false, false, false, false, false};
    if (text == "all") return Heuristics{};
    if (text == "memcheck") return Heuristics{.header = false};
    if (text == "none") return none;
    Heuristics heuristics = none;
    for (size_t begin = 0; begin <= text.size();) {
        const size_t end = std::min(text.find(',', begin), text.size());
        bool* const heuristic = named(heuristics, text.substr(begin, end - begin));
        if (heuristic == nullptr) {
            return Error{
                fmt::format("there is no heuristic \"{}\"", text.substr(begin, end - begin)),
                "They are stdstring, length64, newarray, multipleinheritance, header; or all, memcheck, or none."};
        }
        *heuristic = true;
        begin = end + 1;
    }
    return heuristics;
}

bool InteriorPointers::hold(BlockId block, uint64_t into_bytes) const noexcept {
    if (into_bytes == string_header_bytes && heuristics_.stdstring && is_string(block)) return true;
    if (into_bytes == word_bytes && heuristics_.length64 && is_behind_length(block)) return true;
    if (into_bytes == word_bytes && heuristics_.newarray && is_array(block)) return true;
    if (python_.is_held_at(block, into_bytes)) return true;
    if (headers_.has(blocks_.stack_of(block), into_bytes)) return true;
    return into_bytes % word_bytes == 0 && heuristics_.multipleinheritance && is_second_base(block, into_bytes);
}

std::optional<uint64_t> InteriorPointers::number_at(BlockId block, uint64_t offset_bytes) const noexcept {
    const auto word = words_of(words_, block).at(offset_bytes);
    return word ? raw_value(*word, blocks_, blocks_.address[block.index()]) : std::nullopt;
}

bool InteriorPointers::is_string(BlockId block) const noexcept {
    const auto capacity = number_at(block, word_bytes);
    if (!capacity || *capacity + string_header_bytes + 1 != blocks_.size_bytes(block)) return false;
    const auto length = words_of(words_, block).at(0);
    if (!length) return true;  // zero
    const auto number = raw_value(*length, blocks_, blocks_.address[block.index()]);
    return number && *number <= *capacity;
}

bool InteriorPointers::is_behind_length(BlockId block) const noexcept {
    const auto length = number_at(block, 0);
    return length && *length > 0 && *length == blocks_.size_bytes(block) - word_bytes;
}

bool InteriorPointers::is_array(BlockId block) const noexcept {
    const auto elements = number_at(block, 0);
    return elements && *elements > 0 && (blocks_.size_bytes(block) - word_bytes) % *elements == 0;
}

bool InteriorPointers::is_second_base(BlockId block, uint64_t into_bytes) const noexcept {
    const read::WordRange held = words_of(words_, block);
    return may_be_virtual_table(held.at(0)) && may_be_virtual_table(held.at(into_bytes));
}

bool InteriorPointers::may_be_virtual_table(const std::optional<read::Word>& word) const noexcept {
    if (!word || word->kind != read::WordKind::module || word->value % word_bytes != 0) return false;
    const auto maps = snapshot_.maps();
    const auto above = std::upper_bound(maps.begin(), maps.end(), word->value,
                                        [](uint64_t address, const prof_map& map) { return address < map.start; });
    if (above == maps.begin() || word->value >= (above - 1)->end) return false;
    const uint32_t permissions = (above - 1)->permissions;
    return (permissions & readable) != 0 && (permissions & executable) == 0;
}

}  // namespace heapkit::refs

// SPDX-License-Identifier: MIT
//
// See tar.h.
//
// Side: heap, floor 4 (bundle).
#include "bundle/tar.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <string_view>

namespace heapkit::bundle {
namespace {

// A field of the header: offset and bytes.
struct Field {
    size_t at, bytes;
};
constexpr Field name_field = {0, 100}, mode_field = {100, 8}, owner_field = {108, 8}, group_field = {116, 8},
                size_field = {124, 12}, time_field = {136, 12}, sum_field = {148, 8}, kind_field = {156, 1},
                magic_field = {257, 8}, prefix_field = {345, 155};
constexpr std::string_view magic("ustar\00000", 8);

void put(TarBlock& block, Field field, std::string_view text) {
    std::memcpy(block.data() + field.at, text.data(), std::min(text.size(), field.bytes));
}

// Octal digits, and a NUL behind them.
void put_number(TarBlock& block, Field field, uint64_t number) {
    char text[24];
    std::snprintf(text, sizeof(text), "%0*llo", static_cast<int>(field.bytes - 1),
                  static_cast<unsigned long long>(number));
    put(block, field, {text, field.bytes});
}

std::string_view text_of(const TarBlock& block, Field field) {
    const std::string_view all(block.data() + field.at, field.bytes);
    return all.substr(0, all.find('\0'));
}

std::optional<uint64_t> number_in(const TarBlock& block, Field field) {
    std::string_view digits = text_of(block, field);
    while (digits.ends_with(' ')) digits.remove_suffix(1);
    const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_octal)) return std::nullopt;
    return std::accumulate(digits.begin(), digits.end(), uint64_t{0},
                           [](uint64_t number, char c) { return number * 8 + static_cast<uint64_t>(c - '0'); });
}

// Of all bytes, with spaces for the sum itself.
uint64_t sum_of(TarBlock block) {
    put(block, sum_field, "        ");
    return std::accumulate(block.begin(), block.end(), uint64_t{0},
                           [](uint64_t sum, char c) { return sum + static_cast<unsigned char>(c); });
}

}  // namespace

Result<TarBlock> tar_header(const TarMember& member) {
    if (member.name.size() >= name_field.bytes) return Error{member.name + ": too long a name for a tar archive", ""};
    if (member.size_bytes > largest_tar_member) return Error{member.name + ": larger than 8 GB", ""};
    TarBlock block = {};
    put(block, name_field, member.name);
    put_number(block, mode_field, 0644);
    put_number(block, owner_field, 0);
    put_number(block, group_field, 0);
    put_number(block, size_field, member.size_bytes);
    put_number(block, time_field, static_cast<uint64_t>(std::clamp<int64_t>(member.modified_s, 0, INT64_C(1) << 32)));
    put(block, kind_field, "0");
    put(block, magic_field, magic);
    put_number(block, sum_field, sum_of(block));
    return block;
}

Result<std::optional<TarMember>> read_tar_header(const TarBlock& block) {
    if (std::all_of(block.begin(), block.end(), [](char c) { return c == 0; })) return std::optional<TarMember>();
    const auto size = number_in(block, size_field), time = number_in(block, time_field);
    if (number_in(block, sum_field) != sum_of(block) || !size || !time) return Error{"a header in it is damaged", ""};
    const char kind = block[kind_field.at];
    const std::string name(text_of(block, name_field));
    if ((kind != '0' && kind != '\0') || block[prefix_field.at] != '\0')
        return Error{"it holds what heapkit never packs: " + name, ""};
    return std::optional(TarMember{name, *size, static_cast<int64_t>(*time)});
}

}  // namespace heapkit::bundle

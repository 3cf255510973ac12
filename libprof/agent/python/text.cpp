// SPDX-License-Identifier: MIT
//
// Reading compact strings: PEP 393. Side: agent, floor 4 (python). See text.h.
#include "python/text.h"

#include "python/memory.h"

namespace prof::python {

namespace {

// PyASCIIObject: length, hash, state. The lowest bits of the state are interned 2 | kind 3 | compact 1 | ascii 1.
enum : uint16_t { string_length = 16, string_state = 32 };
enum : uint32_t { kind_shift = 2, kind_mask = 7, is_compact = 1 << 5, is_ascii = 1 << 6 };

constexpr size_t longest_identifier = 64;

struct Characters {
    Address data;
    intptr_t count;
    uint32_t width;  // bytes of each; 0: not to be read
};

Characters characters_of(Address text, const Layout& layout) noexcept {
    const auto state = read<uint32_t>(text + string_state);
    const auto count = read<intptr_t>(text + string_length);
    const uint32_t width = state >> kind_shift & kind_mask;
    if ((state & is_compact) == 0 || count < 0 || (width != 1 && width != 2 && width != 4)) return {0, 0, 0};
    return {text + ((state & is_ascii) != 0 ? layout.string_bytes : layout.wide_string_bytes), count, width};
}

uint32_t character_at(const Characters& text, intptr_t i) noexcept {
    if (text.width == 1) return read<uint8_t>(text.data + static_cast<Address>(i));
    if (text.width == 2) return read<uint16_t>(text.data + 2 * static_cast<Address>(i));
    return read<uint32_t>(text.data + 4 * static_cast<Address>(i));
}

// A character in UTF-8; its bytes. NUL and what is no character become a question mark.
size_t encode(uint32_t character, char* to) noexcept {
    const auto tail = [&](unsigned shift) { return static_cast<char>(0x80 | (character >> shift & 0x3f)); };
    const bool is_surrogate = character >= 0xd800 && character < 0xe000;
    if (character == 0 || character > 0x10ffff || is_surrogate) character = '?';
    if (character < 0x80) return to[0] = static_cast<char>(character), 1;
    if (character < 0x800) return to[0] = static_cast<char>(0xc0 | character >> 6), to[1] = tail(0), 2;
    if (character < 0x10000)
        return to[0] = static_cast<char>(0xe0 | character >> 12), to[1] = tail(6), to[2] = tail(0), 3;
    return to[0] = static_cast<char>(0xf0 | character >> 18), to[1] = tail(12), to[2] = tail(6), to[3] = tail(0), 4;
}

bool is_letter(uint32_t character) noexcept {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') || character == '_';
}
bool is_digit(uint32_t character) noexcept { return character >= '0' && character <= '9'; }

bool is_identifier(const Characters& text) noexcept {
    if (text.width != 1 || text.count == 0 || text.count > static_cast<intptr_t>(longest_identifier)) return false;
    for (intptr_t i = 0; i < text.count; ++i) {
        const uint32_t character = character_at(text, i);
        if (!is_letter(character) && (i == 0 || !is_digit(character))) return false;
    }
    return true;
}

}  // namespace

bool Texts::is_string(Address text) const noexcept {
    return text != 0 && (read<uint64_t>(type_of(text) + tp_flags) & flag_is_string) != 0;
}

size_t Texts::append(Address text, char* buffer, size_t used) const noexcept {
    if (!is_string(text)) return used;
    const Characters characters = characters_of(text, *interpreter_.layout);
    constexpr size_t longest_character = 4;
    if (characters.width == 0) return used;
    for (intptr_t i = 0; i < characters.count && used + longest_character <= most_bytes; ++i)
        used += encode(character_at(characters, i), buffer + used);
    return used;
}

uint32_t Texts::of(Address text) noexcept {
    if (const uint32_t known = known_.find(text); known != Addresses::none) return known;
    if (!is_string(text)) return 0;
    char buffer[most_bytes];
    const uint32_t made = strings_.add(buffer, append(text, buffer, 0));
    known_.add(text, made);
    return made;
}

uint32_t Texts::of_identifier(Address text) noexcept {
    if (const uint32_t known = known_identifiers_.find(text); known != Addresses::none) return known;
    const bool is_one = is_string(text) && is_identifier(characters_of(text, *interpreter_.layout));
    const uint32_t made = is_one ? of(text) : 0;
    known_identifiers_.add(text, made);
    return made;
}

}  // namespace prof::python

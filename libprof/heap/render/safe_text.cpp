// SPDX-License-Identifier: MIT
//
// UTF-8 with suspicion.
//
// Side: heap, floor 3 (render).
#include "render/safe_text.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace heapkit::render {
namespace {

struct Character {
    uint32_t code = 0;
    size_t bytes = 1;
    bool is_valid = false;
};

// The character at the beginning of `text`, which is not empty; overlong forms and surrogates are invalid.
Character first_of(std::string_view text) {
    const auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {.code = lead, .bytes = 1, .is_valid = true};
    const size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
    uint32_t code = lead & (0xffU >> (bytes + 1));
    for (size_t at = 1; at < bytes; ++at) {
        if ((byte(at) & 0xc0) != 0x80) return {};
        code = code << 6 | (byte(at) & 0x3fU);
    }
    static constexpr std::array<uint32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < least[bytes] || code > 0x10ffff || is_surrogate) return {};
    return {.code = code, .bytes = bytes, .is_valid = true};
}

bool is_control(uint32_t code) { return code < 0x20 || (code >= 0x7f && code <= 0x9f); }

// Changes how its neighbours are shown, or is not shown at all; XML does not allow the last two.
bool is_deceptive(uint32_t code) {
    return (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || code == 0xfffe || code == 0xffff;
}

size_t width_of(uint32_t code) {
    const auto within = [code](uint32_t first, uint32_t last) { return code >= first && code <= last; };
    if (within(0x300, 0x36f) || within(0xfe00, 0xfe0f)) return 0;  // combining
    const bool is_wide = within(0x1100, 0x115f) || within(0x2e80, 0xa4cf) || within(0xac00, 0xd7a3) ||
                         within(0xf900, 0xfaff) || within(0xfe30, 0xfe6f) || within(0xff00, 0xff60) ||
                         within(0x1f300, 0x1faff) || within(0x20000, 0x3fffd);
    return is_wide ? 2 : 1;
}

}  // namespace

std::string safe_text(std::string_view text, SafeTextOptions options) {
    std::string safe;
    safe.reserve(text.size());
    while (!text.empty()) {
        const Character character = first_of(text);
        const bool is_kept_line_feed = options.keep_line_feeds && character.code == '\n' && character.is_valid;
        if (!character.is_valid) {
            safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
        } else if (is_control(character.code) && !is_kept_line_feed) {
            safe += fmt::format("\\x{:02x}", character.code);
        } else if (is_deceptive(character.code)) {
            safe += fmt::format("\\u{:04x}", character.code);
        } else {
            safe += text.substr(0, character.bytes);
        }
        text.remove_prefix(character.bytes);
    }
    return safe;
}

std::string json_text(std::string_view json) {
    std::string safe;
    safe.reserve(json.size());
    // What is below, outside of strings, are line feeds; within them it is escaped already.
    const auto is_plain = [](char c) { return static_cast<unsigned char>(c) < 0x7f; };
    while (!json.empty()) {
        const auto plain = static_cast<size_t>(std::find_if_not(json.begin(), json.end(), is_plain) - json.begin());
        safe.append(json.substr(0, plain));
        json.remove_prefix(plain);
        if (json.empty()) break;
        const Character character = first_of(json);
        if (character.is_valid && (is_control(character.code) || is_deceptive(character.code))) {
            safe += fmt::format("\\u{:04x}", character.code);
        } else {
            safe.append(json.substr(0, character.bytes));
        }
        json.remove_prefix(character.bytes);
    }
    return safe;
}

size_t display_width(std::string_view text) {
    size_t width = 0;
    while (!text.empty()) {
        const Character character = first_of(text);
        width += width_of(character.code);
        text.remove_prefix(character.bytes);
    }
    return width;
}

std::string fitted(std::string_view text, size_t width) {
    if (display_width(text) <= width) return std::string(text);
    std::vector<std::string_view> characters;
    for (std::string_view rest = text; !rest.empty();) {
        const size_t bytes = first_of(rest).bytes;
        characters.push_back(rest.substr(0, bytes));
        rest.remove_prefix(bytes);
    }
    if (width == 0) return "";
    const size_t room = width - 1;
    std::string front, back;
    size_t front_width = 0, back_width = 0;
    for (size_t at = 0; at < characters.size(); ++at) {
        const size_t step = display_width(characters[at]);
        if (front_width + step > (room + 1) / 2) break;
        front_width += step;
        front += characters[at];
    }
    for (size_t at = characters.size(); at-- > 0;) {
        const size_t step = display_width(characters[at]);
        if (front_width + back_width + step > room) break;
        back_width += step;
        back.insert(0, characters[at]);
    }
    return front + "…" + back;
}

std::string xml_text(std::string_view text) {
    std::string escaped;
    for (const char c : safe_text(text)) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\'':
                escaped += "&#39;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

}  // namespace heapkit::render

// SPDX-License-Identifier: MIT
//
// Text from a stranger made safe to show: names in a snapshot are whatever the program's symbols said.
//
// Side: heap, floor 3 (render).
#pragma once

#include <string>
#include <string_view>

namespace heapkit::render {

// Valid UTF-8 without control characters: an escape becomes the four letters \x1b, an invalid byte \xNN, a character
// that turns the direction of writing \u202e. Line feeds stay when they are wanted.
struct SafeTextOptions {
    bool keep_line_feeds = false;
};
std::string safe_text(std::string_view text, SafeTextOptions options = {});

// JSON in which the same characters stand as \u202e: it means what it meant, and may be shown.
std::string json_text(std::string_view json);

// Columns that valid UTF-8 takes on a terminal.
size_t display_width(std::string_view text);

// At most `width` columns, the middle replaced by "…" where it is longer.
std::string fitted(std::string_view text, size_t width);

// Safe text, escaped for XML content and attributes.
std::string xml_text(std::string_view text);

}  // namespace heapkit::render

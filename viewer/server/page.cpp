// SPDX-License-Identifier: MIT
//
// JSON within HTML.
//
// Side: viewer/server.
#include "server/page.h"

#include <fmt/format.h>

#include "render/json.h"

namespace heapkit::viewer {
namespace {

constexpr std::string_view marker = "<!--boot-->";

// `json` to be set within a script element. In JSON these bytes stand in strings alone.
void append_escaped(std::string& html, std::string_view json) {
    constexpr std::string_view line_ends = "\xe2\x80";  // U+2028 and U+2029 begin so
    for (size_t at = 0; at < json.size(); ++at) {
        const bool ends_line = json.substr(at, 2) == line_ends && at + 2 < json.size() &&
                               (json[at + 2] == '\xa8' || json[at + 2] == '\xa9');
        if (json[at] == '<') {
            html += "\\u003c";
        } else if (ends_line) {
            html += json[at + 2] == '\xa8' ? "\\u2028" : "\\u2029";
            at += 2;
        } else {
            html += json[at];
        }
    }
}

std::string json_of(const Boot& boot) {
    std::string json = fmt::format("{{\"mode\": \"{}\", \"heapkit\": {}, \"answers\": {{",
                                   boot.is_report ? "report" : "served", render::json_string(HEAPKIT_VERSION));
    bool is_first = true;
    for (const auto& [key, answer] : boot.answers) {
        json += fmt::format("{}{}: ", is_first ? "\n" : ",\n", render::json_string(key));
        json += answer;
        is_first = false;
    }
    json += "}, \"left_out\": [";
    for (size_t line = 0; line < boot.left_out.size(); ++line)
        json += (line == 0 ? "" : ", ") + render::json_string(boot.left_out[line]);
    return json + "]}";
}

}  // namespace

std::string page_with(const Boot& boot) {
    const size_t at = page_html.find(marker);
    std::string html(page_html.substr(0, at));
    if (at == std::string_view::npos) return html;
    html += "<script id=\"boot\" type=\"application/json\">";
    append_escaped(html, json_of(boot));
    html += "</script>";
    html += page_html.substr(at + marker.size());
    return html;
}

}  // namespace heapkit::viewer

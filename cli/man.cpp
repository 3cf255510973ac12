// SPDX-License-Identifier: MIT
//
// Man pages from the table of commands.
//
// Side: our process, cli.
#include <fmt/format.h>
#include <cstdint>

#include "help.h"

namespace heapkit::cli {
namespace {

// "\\[u2026]" for the character at the beginning of valid UTF-8, which is more than one byte long.
std::string roff_character(std::string_view text, size_t bytes) {
    uint32_t code = static_cast<unsigned char>(text[0]) & (0xffU >> (bytes + 1));
    for (size_t at = 1; at < bytes; ++at) code = code << 6 | (static_cast<unsigned char>(text[at]) & 0x3fU);
    return fmt::format("\\[u{:04X}]", code);
}

// Text for roff: a backslash, a hyphen that must stay one, a dot or quote at the beginning of a line, no bytes beyond
// ASCII.
std::string roff(std::string_view text) {
    std::string result;
    bool at_line_begin = true;
    while (!text.empty()) {
        const char c = text.front();
        const auto byte = static_cast<unsigned char>(c);
        const size_t bytes = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
        if (at_line_begin && (c == '.' || c == '\'')) result += "\\&";
        at_line_begin = c == '\n';
        if (bytes > 1) {
            result += roff_character(text, bytes);
        } else if (c == '\\') {
            result += "\\e";
        } else if (c == '-') {
            result += "\\-";
        } else {
            result += c;
        }
        text.remove_prefix(bytes);
    }
    return result;
}

std::string paragraphs(std::string_view text) {
    std::string result;
    for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find("\n\n", at), text.size());
        result += fmt::format(".PP\n{}\n", roff(text.substr(at, end - at)));
        at = end + 2;
    }
    return result;
}

std::string options(const Command& command) {
    std::string text;
    for (const Option& option : command.options) {
        text += fmt::format(".TP\n.B {}\n{}\n", roff(spelling_of(option)), roff(whole_help_of(option)));
    }
    return text + ".TP\n.B \\-h, \\-\\-help\nShow help.\n";
}

std::string examples(const Command& command) {
    std::string text;
    for (const Example& example : command.examples) {
        text += fmt::format(".TP\n.B {}\n{}\n", roff(example.command), roff(example.meaning));
    }
    return text;
}

std::string arguments(const Command& command) {
    std::string text;
    for (const Argument& argument : command.arguments) {
        text += fmt::format(".TP\n.I {}\n{}\n", roff(argument.name), roff(argument.help));
    }
    return text;
}

std::string ending(const Tool& tool) {
    const char* const other = tool.is_single ? "heapkit" : "heapdiff";
    return fmt::format(
        ".SH EXIT STATUS\n0: the answer is there. 1: a condition of \\-\\-fail\\-on holds. 2: something is "
        "wrong; standard error says what, and what to do.\n"
        ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nWhen set, there is no colour on a terminal either.\n"
        ".TP\n.B XDG_CACHE_HOME\nSymbols are kept under heapkit there, by build\\-id.\n"
        ".SH SEE ALSO\n.BR {} (1)\n",
        other);
}

}  // namespace

std::string man_page(const Tool& tool) {
    std::string upper = tool.name;
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    std::string page = fmt::format(".TH {} 1 \"\" \"heapkit {}\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n", upper,
                                   HEAPKIT_VERSION, tool.name, roff(tool.summary));
    for (const Command& command : tool.commands) page += fmt::format(".B {}\n.br\n", roff(usage_of(tool, command)));
    page += fmt::format(".B {} \\-\\-version\n.SH DESCRIPTION\n", tool.name);
    if (tool.is_single) {
        const Command& command = tool.commands.front();
        page += paragraphs(command.description) + ".SH ARGUMENTS\n" + arguments(command) + ".SH OPTIONS\n" +
                options(command) + ".SH EXAMPLES\n" + examples(command);
        return page + ending(tool);
    }
    page += paragraphs(tool.description) + ".SH COMMANDS\n";
    for (const Command& command : tool.commands) {
        page += fmt::format(".SS {}\n{}.\n", roff(usage_of(tool, command)), roff(command.summary));
        page += paragraphs(command.description) + arguments(command) + options(command) + ".PP\nExamples:\n" +
                examples(command);
    }
    return page + ending(tool);
}

}  // namespace heapkit::cli

// SPDX-License-Identifier: MIT
//
// Help, man pages and completion say everything that the table of commands has.
//
// Side: tests.
#include "catch.h"
#include "help.h"
#include "render/safe_text.h"
#include "tools.h"

using namespace heapkit;
using namespace heapkit::cli;

namespace {

// A text without line breaks, so that wrapping does not hide a sentence.
std::string in_one_line(const std::string& text) {
    std::string line;
    for (const char c : text) {
        const bool is_gap = c == ' ' || c == '\n';
        if (!is_gap || (!line.empty() && line.back() != ' ')) line += is_gap ? ' ' : c;
    }
    return line;
}

// What a man page says, without roff's escapes.
std::string read_by_a_person(std::string text) {
    const std::string dots = "\\[u2026]";
    for (size_t at = text.find(dots); at != std::string::npos; at = text.find(dots)) text.replace(at, dots.size(), "…");
    std::erase(text, '\\');
    return text;
}

}  // namespace

TEST_CASE("the help of a command has every argument, option, choice and example") {
    for (const Tool* tool : {&heapkit_tool(), &heapdiff_tool()}) {
        for (const Command& command : tool->commands) {
            INFO(command.name);
            const std::string help = in_one_line(command_help(*tool, command, {}));
            for (const Argument& argument : command.arguments) CHECK_THAT(help, Catch::Contains(argument.help));
            for (const Option& option : command.options) {
                CHECK_THAT(help, Catch::Contains(spelling_of(option)));
                CHECK_THAT(help, Catch::Contains(in_one_line(whole_help_of(option))));
            }
            for (const Example& example : command.examples) CHECK_THAT(help, Catch::Contains(example.command));
        }
    }
}

TEST_CASE("a man page has every command, option and example") {
    for (const Tool* tool : {&heapkit_tool(), &heapdiff_tool()}) {
        const std::string page = read_by_a_person(man_page(*tool));
        CHECK_THAT(page, Catch::StartsWith(".TH HEAP"));
        for (const Command& command : tool->commands) {
            CHECK_THAT(page, Catch::Contains(usage_of(*tool, command)));
            for (const Option& option : command.options) {
                CHECK_THAT(page, Catch::Contains(spelling_of(option)));
                CHECK_THAT(page, Catch::Contains(option.help));
            }
            for (const Example& example : command.examples) CHECK_THAT(page, Catch::Contains(example.command));
        }
    }
}

TEST_CASE("bash completion has every command, option and choice") {
    const std::string script = bash_completion(heapkit_tool());
    for (const Command& command : heapkit_tool().commands) {
        CHECK_THAT(script, Catch::Contains(" " + command.name));
        for (const Option& option : command.options) {
            CHECK_THAT(script, Catch::Contains("--" + std::string(option.long_name())));
            for (const std::string& choice : option.choices) CHECK_THAT(script, Catch::Contains(choice));
        }
    }
}

TEST_CASE("every command has a summary, an example and help, and is what others point at") {
    for (const Command& command : heapkit_tool().commands) {
        INFO(command.name);
        CHECK_FALSE(command.summary.empty());
        CHECK_FALSE(command.summary.ends_with('.'));
        CHECK_FALSE(command.examples.empty());
        CHECK(command.run != nullptr);
        for (const Option& option : command.options) CHECK_FALSE(option.help.empty());
        for (const std::string& next : command.next) {
            const auto& all = heapkit_tool().commands;
            CHECK(std::any_of(all.begin(), all.end(), [&](const Command& other) { return other.name == next; }));
        }
    }
}

TEST_CASE("no line of help is wider than the terminal") {
    for (const Command& command : heapkit_tool().commands) {
        const std::string help = command_help(heapkit_tool(), command, {.width = 80});
        for (size_t begin = 0; begin < help.size();) {
            const size_t end = std::min(help.find('\n', begin), help.size());
            const std::string line = help.substr(begin, end - begin);
            const bool is_copied = line.starts_with("  heap");  // examples and usage are not broken
            if (!is_copied && begin > 0) {
                INFO(line);
                CHECK(render::display_width(line) <= 80);
            }
            begin = end + 1;
        }
    }
}

// SPDX-License-Identifier: MIT
//
// Help that teaches: what it is for, how to call it, every option, examples, what to read next.
//
// Side: our process, cli.
#include "help.h"

#include <fmt/format.h>
#include <algorithm>

#include "render/safe_text.h"
#include "render/style.h"

namespace heapkit::cli {
namespace {

constexpr size_t widest_help = 100;

// Words of a text in lines of at most `width`, each after `indent` spaces; line breaks begin new paragraphs.
std::string wrapped(std::string_view text, size_t indent, size_t width) {
    std::string result, line;
    const auto finish = [&] {
        if (!line.empty()) result.append(indent, ' ');
        result += line;
        result += '\n';
        line.clear();
    };
    while (!text.empty()) {
        if (text.front() == '\n') {
            finish();
            text.remove_prefix(1);
            continue;
        }
        const std::string_view word = text.substr(0, text.find_first_of(" \n"));
        if (!line.empty() && render::display_width(line) + 1 + word.size() > width - indent) finish();
        if (!line.empty()) line += ' ';
        line += word;
        text.remove_prefix(word.size());
        if (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    }
    if (!line.empty()) finish();
    return result;
}

// "  left      right, which may take several lines"
std::string entry(const std::string& left, const std::string& right, size_t column, size_t width) {
    const std::string lines = wrapped(right, column, width);
    if (2 + left.size() + 2 > column) return fmt::format("  {}\n{}", left, lines);
    return fmt::format("  {}{}", left, lines.substr(2 + left.size()));
}

std::string options_help(const Command& command, size_t width) {
    size_t column = 2 + std::string_view("-h, --help").size() + 2;
    for (const Option& option : command.options) column = std::max(column, spelling_of(option).size() + 4);
    column = std::min<size_t>(column, 28);
    std::string text;
    for (const Option& option : command.options) {
        text += entry(spelling_of(option), whole_help_of(option), column, width);
    }
    return text + entry("-h, --help", "Show this.", column, width);
}

}  // namespace

std::string full_name(const Tool& tool, const Command& command) {
    return tool.is_single ? tool.name : fmt::format("{} {}", tool.name, command.name);
}

std::string usage_of(const Tool& tool, const Command& command) {
    std::string usage = full_name(tool, command);
    if (!command.options.empty()) usage += " [OPTIONS]";
    if (command.takes_a_program) usage += " --";
    for (const Argument& argument : command.arguments) {
        const char* const dots = argument.most > 1 ? "…" : "";
        usage += argument.least == 0 ? fmt::format(" [{}{}]", argument.name, dots)
                                     : fmt::format(" {}{}", argument.name, dots);
    }
    return usage;
}

std::string spelling_of(const Option& option) {
    std::string names = option.names;
    if (const size_t comma = names.find(','); comma != std::string::npos) names.insert(comma + 1, 1, ' ');
    return option.value.empty() ? names : fmt::format("{} {}", names, option.value);
}

std::string whole_help_of(const Option& option) {
    std::string text = option.help;
    if (!option.choices.empty()) text += fmt::format(" One of: {}.", fmt::join(option.choices, ", "));
    if (!option.fallback.empty()) text += fmt::format(" Without it: {}.", option.fallback);
    return text;
}

std::string tool_help(const Tool& tool, const HelpOptions& options) {
    const render::Style style(options.colour);
    const size_t width = std::min(options.width, widest_help);
    std::string text = fmt::format("{}: {}\n\n", style.strong(tool.name), tool.summary);
    text += wrapped(tool.description, 0, width) + "\n";
    text +=
        fmt::format("{}\n  {} COMMAND [OPTIONS] …\n\n{}\n", style.strong("Usage"), tool.name, style.strong("Commands"));
    size_t column = 0;
    for (const Command& command : tool.commands) column = std::max(column, command.name.size() + 4);
    for (const Command& command : tool.commands) text += entry(command.name, command.summary, column, width);
    text += fmt::format("\n{}\n", style.strong("Begin with"));
    for (const Command& command : tool.commands) {
        if (!command.examples.empty()) text += fmt::format("  {}\n", command.examples.front().command);
    }
    return text +
           fmt::format("\n{} COMMAND --help tells more; {} --version says which one this is.\n", tool.name, tool.name);
}

std::string command_help(const Tool& tool, const Command& command, const HelpOptions& options) {
    const render::Style style(options.colour);
    const size_t width = std::min(options.width, widest_help);
    std::string text = fmt::format("{}: {}\n\n", style.strong(full_name(tool, command)), command.summary);
    text += fmt::format("{}\n  {}\n\n", style.strong("Usage"), usage_of(tool, command));
    text += wrapped(command.description, 0, width) + "\n";
    size_t column = 0;
    for (const Argument& argument : command.arguments) column = std::max(column, argument.name.size() + 4);
    text += style.strong("Arguments") + "\n";
    for (const Argument& argument : command.arguments) text += entry(argument.name, argument.help, column, width);
    text += fmt::format("\n{}\n{}", style.strong("Options"), options_help(command, width));
    text += fmt::format("\n{}\n", style.strong("Examples"));
    for (const Example& example : command.examples) {
        text += fmt::format("  {}\n{}", style.command(example.command), wrapped(example.meaning, 6, width));
    }
    if (command.next.empty()) return text;
    text += fmt::format("\n{}\n", style.strong("See also"));
    for (const std::string& next : command.next) text += fmt::format("  heapkit {} --help\n", next);
    return text;
}

}  // namespace heapkit::cli

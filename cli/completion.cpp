// SPDX-License-Identifier: MIT
//
// Bash completion from the table of commands.
//
// Side: our process, cli.
#include <fmt/format.h>

#include "help.h"

namespace heapkit::cli {
namespace {

std::string options_of(const Command& command) {
    std::string words;
    for (const Option& option : command.options) words += fmt::format("--{} ", option.long_name());
    return words + "--help";
}

// What may follow an option: its choices, files, or nothing that we know.
std::string values_of(const Command& command) {
    std::string cases;
    for (const Option& option : command.options) {
        if (option.kind == Option::Kind::flag) continue;
        std::string pattern = option.names;
        if (const size_t comma = pattern.find(','); comma != std::string::npos) pattern[comma] = '|';
        std::string action = "COMPREPLY=()";
        if (!option.choices.empty()) {
            action = fmt::format("COMPREPLY=($(compgen -W \"{}\" -- \"$word\"))", fmt::join(option.choices, " "));
        } else if (option.kind == Option::Kind::file) {
            action = "COMPREPLY=($(compgen -f -- \"$word\"))";
        }
        cases += fmt::format("                {}) {}; return ;;\n", pattern, action);
    }
    return cases;
}

std::string case_of(const Command& command) {
    const char* const arguments = command.takes_a_program
                                      ? "compgen -c -- \"$word\""
                                      : "compgen -f -X '!*.heap' -- \"$word\"; compgen -d -- \"$word\"";
    return fmt::format(
        "        {0})\n"
        "            case \"$before\" in\n{1}            esac\n"
        "            case \"$word\" in\n"
        "                -*) COMPREPLY=($(compgen -W \"{2}\" -- \"$word\")) ;;\n"
        "                *) COMPREPLY=($({3})) ;;\n"
        "            esac ;;\n",
        command.name, values_of(command), options_of(command), arguments);
}

}  // namespace

std::string bash_completion(const Tool& tool) {
    std::string names = "help --help --version", cases;
    for (const Command& command : tool.commands) {
        names += " " + command.name;
        cases += case_of(command);
    }
    const std::string function = fmt::format("_{}", tool.name);
    std::string text = fmt::format(
        "# bash completion for {0}; made from its table of commands.\n{1}() {{\n"
        "    local word=\"${{COMP_WORDS[COMP_CWORD]}}\" before=\"${{COMP_WORDS[COMP_CWORD-1]}}\" command\n"
        "    compopt -o filenames 2>/dev/null\n    COMPREPLY=()\n",
        tool.name, function);
    if (tool.is_single) {
        text += fmt::format("    command={}\n", tool.commands.front().name);
    } else {
        text += fmt::format(
            "    if ((COMP_CWORD == 1)); then\n        COMPREPLY=($(compgen -W \"{}\" -- \"$word\"))\n        return\n"
            "    fi\n    command=\"${{COMP_WORDS[1]}}\"\n",
            names);
    }
    return text + "    case \"$command\" in\n" + cases + "    esac\n}\n" +
           fmt::format("complete -F {} {}\n", function, tool.name);
}

}  // namespace heapkit::cli

// SPDX-License-Identifier: MIT
//
// What a command is: one row of the table from which parsing, --help, man pages and completion are made.
//
// Side:  our process, cli. The rows are in commands/, the table in tools.cpp. To add a command: one file there, one
// row.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <heapkit/result.h>

namespace heapkit::cli {

class Console;

struct Option {
    enum class Kind { flag, text, number, choice, file, bytes };
    std::string names;  // "-o,--output": the long one last
    Kind kind = Kind::flag;
    std::string value = {};  // "FILE"; "" for a flag
    std::string help = {};
    std::vector<std::string> choices = {};
    std::string fallback = {};  // what holds when it is not given, for help
    bool is_repeatable = false;

    std::string_view long_name() const noexcept;  // "output"
};

struct Argument {
    std::string name;  // "SNAPSHOT"
    std::string help;
    size_t least = 1, most = 1;
};

struct Example {
    std::string command, meaning;
};

// What was typed, checked against the row: kinds and choices are right, arguments as many as they should be.
class Typed {
   public:
    bool has(std::string_view option) const { return options_.contains(std::string(option)); }
    std::string text(std::string_view option, std::string_view fallback = "") const;  // the last one given
    size_t number(std::string_view option, size_t fallback) const;
    const std::vector<std::string>& all(std::string_view option) const;
    const std::vector<std::string>& arguments() const noexcept { return arguments_; }

    void set(std::string option, std::vector<std::string> values) { options_[std::move(option)] = std::move(values); }
    void set_arguments(std::vector<std::string> arguments) { arguments_ = std::move(arguments); }

   private:
    std::map<std::string, std::vector<std::string>> options_;
    std::vector<std::string> arguments_;
};

struct Command {
    std::string name;              // "stats"
    std::string summary;           // one line, no full stop
    std::string description = {};  // paragraphs, parted by an empty line
    std::vector<Argument> arguments = {};
    std::vector<Option> options = {};
    std::vector<Example> examples = {};
    std::vector<std::string> next = {};  // commands worth reading about after this one
    bool takes_a_program = false;        // arguments are a program and its own arguments: "-- PROGRAM ARGS…"
    Result<int> (*run)(const Typed& typed, Console& console) = nullptr;  // the exit code
};

// An executable: many commands (heapkit), or one that has its name (heapdiff).
struct Tool {
    std::string name, summary, description;
    std::vector<Command> commands;
    bool is_single = false;
};

enum ExitCode { exit_fine = 0, exit_condition_holds = 1, exit_error = 2 };

}  // namespace heapkit::cli

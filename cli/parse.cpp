// SPDX-License-Identifier: MIT
//
// The one door to CLI11: it parses one command's words; which command, and all that can be wrong, is said here.
//
// Side: our process, cli.
#include "parse.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <CLI/CLI.hpp>

#include "help.h"
#include "suggest.h"

namespace heapkit::cli {
namespace {

std::string see_help(const Tool& tool, const Command* command) {
    return fmt::format("See: {} --help", command == nullptr ? tool.name : full_name(tool, *command));
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
    const std::string close = closest(word, known);
    return close.empty() ? "" : fmt::format("; did you mean {}?", close);
}

std::vector<std::string> option_names(const Command& command) {
    std::vector<std::string> names = {"--help"};
    for (const Option& option : command.options) names.push_back(fmt::format("--{}", option.long_name()));
    return names;
}

const Command* find_command(const Tool& tool, std::string_view name) {
    const auto found = std::find_if(tool.commands.begin(), tool.commands.end(),
                                    [&](const Command& command) { return command.name == name; });
    return found == tool.commands.end() ? nullptr : &*found;
}

std::optional<Error> wrong_value(const Tool& tool, const Command& command, const Option& option,
                                 const std::string& value) {
    if (option.kind == Option::Kind::number) {
        size_t number = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
        if (error == std::errc() && end == value.data() + value.size()) return std::nullopt;
        return Error{fmt::format("--{} wants a number, not '{}'", option.long_name(), value), see_help(tool, &command)};
    }
    if (option.kind != Option::Kind::choice) return std::nullopt;
    if (std::find(option.choices.begin(), option.choices.end(), value) != option.choices.end()) return std::nullopt;
    return Error{
        fmt::format("--{} does not know '{}'{}", option.long_name(), value, did_you_mean(value, option.choices)),
        fmt::format("It is one of: {}", fmt::join(option.choices, ", "))};
}

std::optional<Error> wrong_arguments(const Tool& tool, const Command& command, const std::vector<std::string>& given) {
    size_t least = 0, most = 0;
    std::string usage;
    for (const Argument& argument : command.arguments) {
        if (given.size() >= most && given.size() < least + argument.least && usage.empty()) usage = argument.name;
        least += argument.least;
        most = argument.most == SIZE_MAX ? SIZE_MAX : most + argument.most;
    }
    if (given.size() < least) {
        return Error{fmt::format("{} is missing", usage.empty() ? command.arguments.back().name : usage),
                     see_help(tool, &command)};
    }
    if (given.size() > most) {
        return Error{fmt::format("'{}' is one argument too many", given[most]), see_help(tool, &command)};
    }
    return std::nullopt;
}

// What CLI11 did not take: options that nobody knows, else arguments.
std::optional<Error> unknown_option(const Tool& tool, const Command& command, const std::vector<std::string>& words) {
    for (const std::string& word : words) {
        if (word.size() < 2 || word[0] != '-') continue;
        const std::string name = word.substr(0, word.find('='));
        return Error{fmt::format("there is no option {}{}", name, did_you_mean(name, option_names(command))),
                     see_help(tool, &command)};
    }
    return std::nullopt;
}

struct Words {
    std::vector<std::string> own, after_dashes;
};

Words split_at_dashes(std::span<const std::string> words) {
    const auto dashes = std::find(words.begin(), words.end(), "--");
    Words result{.own = {words.begin(), dashes}, .after_dashes = {}};
    if (dashes != words.end()) result.after_dashes.assign(dashes + 1, words.end());
    return result;
}

class CommandParser {
   public:
    CommandParser(const Tool& tool, const Command& command) : tool_(tool), command_(command), flags_(size()) {
        app_.set_help_flag("");
        app_.allow_extras();
        app_.add_flag("-h,--help", wants_help_);
        app_.prefix_command(command.takes_a_program);
        for (size_t index = 0; index < size(); ++index) {
            const Option& option = command.options[index];
            if (option.kind == Option::Kind::flag) {
                options_.push_back(app_.add_flag(option.names, flags_[index]));
            } else {
                options_.push_back(app_.add_option(option.names)->expected(1)->take_all()->allow_extra_args(false));
            }
        }
    }

    Result<Request> parse(std::span<const std::string> given) {
        Words words = split_at_dashes(given);
        std::reverse(words.own.begin(), words.own.end());  // as CLI11 wants a vector
        try {
            app_.parse(words.own);
        } catch (const CLI::ParseError& error) {
            return Error{explained(error), see_help(tool_, &command_)};
        }
        if (wants_help_) return Request{.what = Request::What::help, .command = &command_, .typed = {}};
        Request request{.what = Request::What::run, .command = &command_, .typed = {}};
        if (auto error = take_options(request.typed)) return *error;
        std::vector<std::string> arguments = app_.remaining();
        if (!command_.takes_a_program) {
            if (auto error = unknown_option(tool_, command_, arguments)) return *error;
        } else if (!arguments.empty() && arguments.front().starts_with('-')) {
            if (auto error = unknown_option(tool_, command_, arguments)) return *error;
        }
        arguments.insert(arguments.end(), words.after_dashes.begin(), words.after_dashes.end());
        if (auto error = wrong_arguments(tool_, command_, arguments)) return *error;
        request.typed.set_arguments(std::move(arguments));
        return request;
    }

   private:
    size_t size() const { return command_.options.size(); }

    std::string explained(const CLI::ParseError& error) const {
        for (size_t index = 0; index < size(); ++index) {
            const Option& option = command_.options[index];
            const std::string_view message = error.what();
            if (option.kind != Option::Kind::flag && message.starts_with(fmt::format("--{}", option.long_name()))) {
                return fmt::format("--{} wants a value: {}", option.long_name(), option.value);
            }
        }
        return error.what();
    }

    std::optional<Error> take_options(Typed& typed) const {
        for (size_t index = 0; index < size(); ++index) {
            const Option& option = command_.options[index];
            if (options_[index]->count() == 0) continue;
            std::vector<std::string> values;
            if (option.kind != Option::Kind::flag) values = options_[index]->results();
            for (const std::string& value : values) {
                if (auto error = wrong_value(tool_, command_, option, value)) return error;
            }
            typed.set(std::string(option.long_name()), std::move(values));
        }
        return std::nullopt;
    }

    const Tool& tool_;
    const Command& command_;
    CLI::App app_;
    bool wants_help_ = false;
    std::vector<int64_t> flags_;
    std::vector<CLI::Option*> options_;
};

Result<Request> help_on(const Tool& tool, std::span<const std::string> words) {
    if (words.empty()) return Request{.what = Request::What::tool_help, .command = nullptr, .typed = {}};
    const Command* const command = find_command(tool, words[0]);
    if (command == nullptr) return Error{fmt::format("there is no command '{}'", words[0]), see_help(tool, nullptr)};
    return Request{.what = Request::What::help, .command = command, .typed = {}};
}

}  // namespace

Result<Request> parse(const Tool& tool, std::span<const std::string> words) {
    if (!words.empty() && words[0] == "--version") {
        return Request{.what = Request::What::version, .command = nullptr, .typed = {}};
    }
    if (tool.is_single) return CommandParser(tool, tool.commands.front()).parse(words);
    if (words.empty() || words[0] == "--help" || words[0] == "-h") return help_on(tool, {});
    if (words[0] == "help") return help_on(tool, words.subspan(1));
    const Command* const command = find_command(tool, words[0]);
    if (command != nullptr) return CommandParser(tool, *command).parse(words.subspan(1));
    std::vector<std::string> known = {"--help", "--version", "help"};
    for (const Command& each : tool.commands) known.push_back(each.name);
    const char* const kind = words[0].starts_with('-') ? "option" : "command";
    return Error{fmt::format("there is no {} '{}'{}", kind, words[0], did_you_mean(words[0], known)),
                 see_help(tool, nullptr)};
}

}  // namespace heapkit::cli

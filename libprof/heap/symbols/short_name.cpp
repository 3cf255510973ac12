// SPDX-License-Identifier: MIT
//
// See short_name.h.
//
// Side: heap, floor 3 (symbols).
//
// A demangled name is not a grammar that one wants to parse whole. What is needed of it is brackets that match, which
// only operators upset ("operator<", "operator->", "operator()"), and places at depth 0:
//
//     void  std::vector<int, std::allocator<int> >::emplace_back<int&>  (int&)  const
//     ^ space at depth 0: a return type      ^ "(" at depth 0: parameters, unless "::" follows them (a local entity)
#include "symbols/short_name.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace heapkit::symbols {
namespace {

constexpr size_t deepest = 64;                // template arguments in each other; deeper ones are left as they are
constexpr size_t longest_name = 64 * 1024;    // beyond, a name stays as it is
constexpr size_t longest_own_arguments = 40;  // of a function template
constexpr size_t longest_lambda_parameters = 24;

bool is_word(char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_' || letter == '$';
}

// The length of an operator's name that contains brackets, at the start of `text`; otherwise 0.
size_t operator_length(std::string_view text) {
    static constexpr std::array names = {
        "operator()", "operator<=>", "operator<<=", "operator>>=", "operator<<", "operator>>", "operator->*",
        "operator->", "operator<=",  "operator>=",  "operator<",   "operator>",  "operator[]"};
    for (const std::string_view name : names)
        if (text.starts_with(name)) return name.size();
    return 0;
}

bool starts_operator(std::string_view text, size_t at) {
    return text.substr(at).starts_with("operator") && (at == 0 || !is_word(text[at - 1])) &&
           (at + 8 == text.size() || !is_word(text[at + 8]));
}

bool opens(char letter) { return letter == '<' || letter == '(' || letter == '{' || letter == '['; }
bool closes(char letter) { return letter == '>' || letter == ')' || letter == '}' || letter == ']'; }

// The place behind the bracket that closes the one at `open`; the end when none does.
size_t behind_bracket(std::string_view text, size_t open) {
    size_t depth = 0;
    for (size_t at = open; at < text.size(); ++at) {
        if (starts_operator(text, at)) {
            if (const size_t length = operator_length(text.substr(at)); length != 0) {
                at += length - 1;
                continue;
            }
        }
        if (text[at] == '-' && at + 1 < text.size() && text[at + 1] == '>') {
            ++at;  // an arrow in an expression
        } else if (opens(text[at])) {
            ++depth;
        } else if (closes(text[at]) && --depth == 0) {
            return at + 1;
        }
    }
    return text.size();
}

bool is_anonymous(std::string_view text, size_t at) { return text.substr(at).starts_with("(anonymous namespace)"); }

// The place behind what may follow a parameter list: " const", " &&", …
size_t behind_qualifiers(std::string_view text, size_t at) {
    static constexpr std::array qualifiers = {" const", " volatile", " &&", " &", " noexcept"};
    for (bool again = true; again;) {
        again = false;
        for (const std::string_view qualifier : qualifiers)
            if (text.substr(at).starts_with(qualifier)) {
                at += qualifier.size();
                again = true;
            }
    }
    return at;
}

// Where a function's name begins and ends, and the parameter lists of functions around it, which are no part of it.
struct FunctionShape {
    size_t begin = 0, end = 0;
    std::vector<std::pair<size_t, size_t>> left_out;
};

// "operator bool", "operator new", "operator unsigned long": the words behind belong to the name.
size_t behind_operator(std::string_view text, size_t at) {
    if (const size_t length = operator_length(text.substr(at)); length != 0)
        return at + length + (text.substr(at + length).starts_with(" <") ? 1 : 0);
    at += std::string_view("operator").size();
    while (at < text.size() && text[at] != '(' && text[at] != '<') ++at;
    if (text.substr(0, at).ends_with("operator new") || text.substr(0, at).ends_with("operator delete"))
        return text.substr(at).starts_with("[]") ? at + 2 : at;
    return at;
}

FunctionShape shape_of(std::string_view text) {
    FunctionShape shape;
    shape.end = text.size();
    for (size_t at = 0; at < text.size();) {
        if (starts_operator(text, at)) {
            at = behind_operator(text, at);
        } else if (text[at] == '(' && !is_anonymous(text, at)) {
            const bool is_decltype =
                text.substr(0, at).ends_with("decltype") || text.substr(0, at).ends_with("decltype ");
            const size_t behind = behind_bracket(text, at);
            const size_t next = behind_qualifiers(text, behind);
            const bool is_around = text.substr(next).starts_with("::");
            if (!is_decltype && !is_around) {
                shape.end = at;
                return shape;
            }
            if (is_around && !is_decltype) shape.left_out.emplace_back(at, next);
            at = is_around ? next : behind;
        } else if (opens(text[at])) {
            at = behind_bracket(text, at);
        } else {
            if (text[at] == ' ') {
                shape.begin = at + 1;
                shape.left_out.clear();
            }
            ++at;
        }
    }
    return shape;
}

bool has_parameters(std::string_view text, const FunctionShape& shape) {
    return shape.begin < shape.end && shape.end < text.size();
}

// ---- Template arguments --------------------------------------------------------------------------------------------

std::string shorten(std::string_view text, size_t depth);

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

// The arguments between a pair of brackets, split at commas of depth 0.
std::vector<std::string_view> arguments_in(std::string_view inside) {
    std::vector<std::string_view> arguments;
    size_t begin = 0, at = 0;
    while (at < inside.size()) {
        if (starts_operator(inside, at) && operator_length(inside.substr(at)) != 0) {
            at += operator_length(inside.substr(at));
        } else if (opens(inside[at])) {
            at = behind_bracket(inside, at);
        } else {
            if (inside[at] == ',') {
                arguments.push_back(trimmed(inside.substr(begin, at - begin)));
                begin = at + 1;
            }
            ++at;
        }
    }
    if (!trimmed(inside.substr(begin)).empty()) arguments.push_back(trimmed(inside.substr(begin)));
    return arguments;
}

// An argument (already short) that stands there because nobody chose another.
bool is_default(std::string_view argument) {
    static constexpr std::array defaults = {"std::allocator<",
                                            "std::char_traits<",
                                            "std::less<",
                                            "std::hash<",
                                            "std::equal_to<",
                                            "std::default_delete<",
                                            "std::pmr::polymorphic_allocator<",
                                            "prof::allocator<",
                                            "boost::hash<",
                                            "(__gnu_cxx::_Lock_policy)"};
    return std::any_of(defaults.begin(), defaults.end(),
                       [&](std::string_view each) { return argument.starts_with(each); });
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text.append(text.empty() ? "" : ", ").append(part);
    return text;
}

// Boost's containers say "void" where they take what is usual: "boost::container::vector<int, void, void>".
bool has_void_for_default(std::string_view before) {
    size_t begin = before.size();
    while (begin > 0 && (is_word(before[begin - 1]) || before[begin - 1] == ':')) --begin;
    return before.substr(begin).starts_with("boost::container::");
}

// "<int, std::allocator<int> >" → "<int>". Only trailing defaults go, and never the first argument. `before`: what the
// arguments are of.
std::string short_arguments(std::string_view before, std::string_view inside, size_t depth) {
    const bool may_be_void = has_void_for_default(before);
    std::vector<std::string> arguments;
    for (const std::string_view argument : arguments_in(inside)) arguments.push_back(shorten(argument, depth + 1));
    while (arguments.size() > 1 && (is_default(arguments.back()) || (may_be_void && arguments.back() == "void")))
        arguments.pop_back();
    return joined(arguments).insert(0, 1, '<') + '>';
}

bool replace_suffix(std::string& text, std::string_view from, std::string_view to) {
    if (!text.ends_with(from)) return false;
    const size_t begin = text.size() - from.size();
    if (begin > 0 && (is_word(text[begin - 1]) || text[begin - 1] == ':')) return false;
    text.replace(begin, from.size(), to);
    return true;
}

void spell_string(std::string& text) {
    static constexpr std::array strings = {
        std::pair{"std::basic_string<char>", "std::string"},
        std::pair{"std::basic_string<wchar_t>", "std::wstring"},
        std::pair{"std::basic_string<char16_t>", "std::u16string"},
        std::pair{"std::basic_string<char32_t>", "std::u32string"},
        std::pair{"std::basic_string_view<char>", "std::string_view"},
    };
    for (const auto& [from, to] : strings)
        if (replace_suffix(text, from, to)) return;
}

// "{lambda(std::vector<…>, int)#1}" → "{lambda(…)#1}" when its parameters are long.
std::string short_lambda(std::string_view braces, size_t depth) {
    const size_t open = braces.find('(');
    if (open == std::string_view::npos) return std::string(braces);
    const size_t close = behind_bracket(braces, open);
    std::string parameters = shorten(braces.substr(open + 1, close - open - 2), depth + 1);
    if (parameters.size() > longest_lambda_parameters) parameters = "…";
    return std::string(braces.substr(0, open + 1)) + parameters + ")" + std::string(braces.substr(close));
}

// The length of an inline namespace or ABI tag at the start of `text`, which says nothing to a reader; otherwise 0.
size_t noise_length(std::string_view text) {
    static constexpr std::array noises = {"__cxx11::", "__1::", "__ndk1::", "__cxx1998::", "_V2::"};
    for (const std::string_view noise : noises)
        if (text.starts_with(noise)) return noise.size();
    if (text.starts_with("[abi:")) return std::min(text.find(']'), text.size() - 1) + 1;
    if (text.starts_with(" [clone ")) return std::min(text.find(']'), text.size() - 1) + 1;
    return 0;
}

std::string shorten(std::string_view text, size_t depth) {
    if (depth > deepest || text.size() > longest_name) return std::string(text);
    std::string out;
    for (size_t at = 0; at < text.size();) {
        const bool at_boundary = at == 0 || !is_word(text[at - 1]);
        if (const size_t noise =
                at_boundary || text[at] == '[' || text[at] == ' ' ? noise_length(text.substr(at)) : 0) {
            at += noise;
        } else if (starts_operator(text, at) && operator_length(text.substr(at)) != 0) {
            const size_t length = operator_length(text.substr(at));
            out += text.substr(at, length);
            at += length;
        } else if (text[at] == '<' && at > 0) {
            const size_t behind = behind_bracket(text, at);
            out += short_arguments(out, text.substr(at + 1, behind - at - 2), depth);
            spell_string(out);
            at = behind;
        } else if (text[at] == '{') {
            const size_t behind = behind_bracket(text, at);
            out += short_lambda(text.substr(at, behind - at), depth);
            at = behind;
        } else {
            out += text[at++];
        }
    }
    return out;
}

// "foo<int>" → where its own template arguments begin; npos when it has none.
size_t own_arguments(std::string_view name) {
    if (!name.ends_with('>')) return std::string_view::npos;
    size_t begin = std::string_view::npos;
    for (size_t at = 0; at < name.size();) {
        if (starts_operator(name, at) && operator_length(name.substr(at)) != 0) {
            at += operator_length(name.substr(at));
        } else if (opens(name[at])) {
            if (name[at] == '<') begin = at;
            at = behind_bracket(name, at);
            if (at != name.size()) begin = std::string_view::npos;
        } else {
            ++at;
        }
    }
    return begin;
}

std::string without_left_out(std::string_view text, const FunctionShape& shape) {
    std::string name;
    size_t at = shape.begin;
    for (const auto& [begin, end] : shape.left_out) {
        name += text.substr(at, begin - at);
        at = end;
    }
    return name += text.substr(at, shape.end - at);
}

}  // namespace

std::string short_type(std::string_view demangled) { return shorten(demangled, 0); }

std::string_view qualified_function(std::string_view demangled) {
    const FunctionShape shape = shape_of(demangled);
    if (!has_parameters(demangled, shape)) return demangled;
    return demangled.substr(shape.begin, shape.end - shape.begin);
}

std::string short_function(std::string_view demangled) {
    const FunctionShape shape = shape_of(demangled);
    if (!has_parameters(demangled, shape)) return shorten(demangled, 0);
    std::string name = shorten(without_left_out(demangled, shape), 0);
    const size_t own = own_arguments(name);
    const bool is_of_template = own != std::string::npos && name.substr(0, own).find(">::") != std::string::npos;
    if (own != std::string::npos && (is_of_template || name.size() - own > longest_own_arguments)) name.resize(own);
    return name;
}

}  // namespace heapkit::symbols

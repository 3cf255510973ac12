// SPDX-License-Identifier: MIT
//
// See type_name.h: a recursive descent over the spellings of types.
//
// Side: heap, floor 3 (symbols).
//
//     type        specifiers declarator
//     specifiers  (const | volatile | struct | …)* (builtin words | name) (const | volatile)*
//     name        component ("::" component)*
//     component   identifier [<argument, …>] [(parameters) before "::"] | (anonymous namespace) | {lambda…} | …
//     declarator  (* | & | && | name::* | const …)* [(declarator)] [(parameters) | [N]]*
//     argument    literal | type
#include "symbols/type_name.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

namespace heapkit::symbols {
namespace {

constexpr int deepest = 100;                // types in each other
constexpr size_t longest_name = 64 * 1024;  // beyond, a name stays as it is
// "f(f(f(…": what is tried as parameters and is none is tried again as a declarator, at each depth.
constexpr size_t most_steps = 20'000;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' || c == '~'; }

// "long unsigned int", "unsigned long" and "long unsigned" are one type.
class Builtin {
   public:
    bool take(std::string_view word) {
        if (word == "unsigned") return is_unsigned_ = is_any_ = true;
        if (word == "signed") return is_signed_ = is_any_ = true;
        if (word == "long") return ++longs_, is_any_ = true;
        if (word == "short") return is_short_ = is_any_ = true;
        if (word == "int") return is_int_ = is_any_ = true;
        static constexpr std::array others = {"char", "double", "__int128"};
        if (std::find(others.begin(), others.end(), word) == others.end()) return false;
        other_ = word;
        return is_any_ = true;
    }
    bool is_any() const { return is_any_; }
    std::string text() const {
        const std::string sign = is_unsigned_ ? "unsigned " : "";
        if (other_ == "char") return is_signed_ ? "signed char" : sign + "char";
        if (other_ == "double") return longs_ != 0 ? "long double" : "double";
        if (other_ == "__int128") return sign + "__int128";
        if (is_short_) return sign + "short";
        if (longs_ != 0) return sign + (longs_ > 1 ? "long long" : "long");
        return sign + "int";
    }

   private:
    bool is_any_ = false, is_unsigned_ = false, is_signed_ = false, is_short_ = false, is_int_ = false;
    int longs_ = 0;
    std::string_view other_;
};

// What the demangler abbreviates; DWARF never does.
std::string without_abbreviation(std::string name) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> known = {{
        {"std::string", "std::basic_string<char, std::char_traits<char>, std::allocator<char> >"},
        {"std::istream", "std::basic_istream<char, std::char_traits<char> >"},
        {"std::ostream", "std::basic_ostream<char, std::char_traits<char> >"},
        {"std::iostream", "std::basic_iostream<char, std::char_traits<char> >"},
    }};
    for (const auto& [brief, full] : known)
        if (name == brief) return std::string(full);
    return name == "std::nullptr_t" || name == "nullptr_t" ? "decltype(nullptr)" : name;
}

class Parser {
   public:
    explicit Parser(std::string_view text) : text_(text) {}

    std::optional<std::string> whole() {
        std::string type = parse_type();
        skip_spaces();
        if (failed_ || at_ != text_.size()) return std::nullopt;
        return type;
    }

   private:
    struct Deeper {
        explicit Deeper(Parser& parser) : parser_(parser) {
            if (++parser_.depth_ > deepest || ++parser_.steps_ > most_steps) parser_.failed_ = true;
        }
        ~Deeper() { --parser_.depth_; }
        Parser& parser_;
    };

    bool more() const { return !failed_ && at_ < text_.size(); }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    std::string_view ahead() const { return text_.substr(std::min(at_, text_.size())); }
    void skip_spaces() {
        while (peek() == ' ') ++at_;
    }
    bool take(std::string_view wanted) {
        if (!ahead().starts_with(wanted)) return false;
        at_ += wanted.size();
        return true;
    }
    std::string_view peek_word() const {
        size_t end = at_;
        while (end < text_.size() && is_word(text_[end])) ++end;
        return text_.substr(at_, end - at_);
    }
    std::string fail() {
        failed_ = true;
        return {};
    }

    // From a bracket to behind its match, as it is; arrows and shifts do not occur in types.
    std::string bracketed() {
        const size_t begin = at_;
        size_t open = 0;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '(' || c == '<' || c == '{' || c == '[') ++open;
            if ((c == ')' || c == '>' || c == '}' || c == ']') && --open == 0) {
                ++at_;
                return std::string(text_.substr(begin, at_ - begin));
            }
        }
        return fail();
    }

    std::string qualifiers_behind() {
        std::string text;
        for (;;) {
            const size_t before = at_;
            skip_spaces();
            const std::string_view word = peek_word();
            if (word != "const" && word != "volatile" && word != "__restrict" && word != "restrict") {
                at_ = before;
                return text;
            }
            at_ += word.size();
            if (word == "const" || word == "volatile") text += " " + std::string(word);
        }
    }

    std::string parse_type() {
        const Deeper deeper(*this);
        if (failed_) return {};
        bool is_const = false, is_volatile = false;
        Builtin builtin;
        std::string base;
        for (bool is_done = false; !is_done && !failed_;) {
            skip_spaces();
            const std::string_view word = peek_word();
            const bool is_open = base.empty() && !builtin.is_any();
            if (word == "const" || word == "volatile") {
                (word == "const" ? is_const : is_volatile) = true;
                at_ += word.size();
            } else if (is_open && is_elaboration(word)) {
                at_ += word.size();
            } else if (base.empty() && builtin.take(word)) {
                at_ += word.size();
            } else if (is_open && starts_name(word)) {
                base = parse_name();
            } else {
                is_done = true;
            }
        }
        if (builtin.is_any()) base = builtin.text();
        if (base.empty()) return fail();
        return base + (is_const ? " const" : "") + (is_volatile ? " volatile" : "") + parse_declarator();
    }

    static bool is_elaboration(std::string_view word) {
        return word == "struct" || word == "class" || word == "union" || word == "enum" || word == "typename";
    }
    bool starts_name(std::string_view word) const {
        return !word.empty() || peek() == '{' || peek() == '<' || ahead().starts_with("(anonymous ") ||
               ahead().starts_with("(lambda at ") || ahead().starts_with("::");
    }

    std::string parse_name() {
        take("::");
        std::string name = parse_component();
        while (!failed_ && ahead().starts_with("::") && !ahead().starts_with("::*")) {
            at_ += 2;
            name += "::" + parse_component();
        }
        return without_abbreviation(std::move(name));
    }

    std::string parse_component() {
        if (take("{anonymous}") || take("<unnamed>") || take("(anonymous namespace)")) return "(anonymous namespace)";
        if (peek() == '(' || peek() == '{' || peek() == '<') return bracketed();  // a lambda, an unnamed type
        const std::string_view word = peek_word();
        if (word.empty()) return fail();
        at_ += word.size();
        std::string component(word);
        if (word == "decltype" && peek() == '(') return component + bracketed();
        while (ahead().starts_with("[abi:")) component += bracketed();
        if (peek() == '<') component += parse_arguments();
        if (peek() == '(') component += function_of_local();
        return component;
    }

    // "(int) const" of "f(int) const::Local"; nothing when no "::" follows.
    std::string function_of_local() {
        const size_t begin = at_;
        const std::string parameters = parse_parameters();
        const std::string qualifiers = qualifiers_behind();
        if (!failed_ && ahead().starts_with("::")) return parameters + qualifiers;
        failed_ = false;
        at_ = begin;
        return {};
    }

    std::string parse_arguments() {
        std::string text = "<";
        ++at_;
        skip_spaces();
        if (take(">")) return "<>";
        while (!failed_) {
            text += parse_argument();
            skip_spaces();
            if (take(">")) return text + (text.back() == '>' ? " >" : ">");
            if (!take(",")) break;
            skip_spaces();
            text += ", ";
        }
        return fail();
    }

    std::string parse_argument() {
        skip_spaces();
        const char c = peek();
        const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (std::isdigit(static_cast<unsigned char>(c)) != 0 || (c == '-' && next != '\0')) return parse_number();
        if (c == '\'') return parse_character();
        if (c == '&') return up_to_end_of_argument();
        if (c == '(' && !starts_name("")) return up_to_end_of_argument();
        return parse_type();
    }
    std::string parse_number() {
        std::string text(1, text_[at_++]);
        for (; is_word(peek()); ++at_) text += static_cast<char>(std::tolower(static_cast<unsigned char>(peek())));
        return text;
    }
    std::string parse_character() {
        if (at_ + 2 >= text_.size() || text_[at_ + 1] == '\\' || text_[at_ + 2] != '\'') return up_to_end_of_argument();
        const int value = static_cast<signed char>(text_[at_ + 1]);
        at_ += 3;
        return "(char)" + std::to_string(value);
    }
    // A value that is no number: "(Color)1", "&counter", as it is.
    std::string up_to_end_of_argument() {
        const size_t begin = at_;
        while (more() && peek() != ',' && peek() != '>') {
            if (peek() == '(' || peek() == '<' || peek() == '{')
                bracketed();
            else
                ++at_;
        }
        size_t end = at_;
        while (end > begin && text_[end - 1] == ' ') --end;
        return end == begin ? fail() : std::string(text_.substr(begin, end - begin));
    }

    std::string parse_parameters() {
        if (!take("(")) return fail();
        skip_spaces();
        if (take(")") || take("void)")) return "()";
        std::string text = "(";
        while (!failed_) {
            skip_spaces();
            text += take("...") ? "..." : parse_type();
            skip_spaces();
            if (take(")")) return text + ")";
            if (!take(",")) break;
            text += ", ";
        }
        return fail();
    }

    // "S::*" ahead, of a pointer to member.
    bool is_member_pointer_ahead() {
        if (peek_word().empty() && peek() != '(' && peek() != '{') return false;
        const size_t begin = at_;
        (void)parse_name();
        const bool is_one = !failed_ && ahead().starts_with("::*");
        failed_ = false;
        at_ = begin;
        return is_one;
    }

    std::string parse_pointers() {
        std::string text;
        for (;;) {
            const size_t before = at_;
            skip_spaces();
            if (take("*"))
                text += "*" + qualifiers_behind();
            else if (take("&&"))
                text += "&&";
            else if (take("&"))
                text += "&";
            else if (is_member_pointer_ahead()) {
                text += " " + parse_name() + "::*";
                at_ += 3;
                text += qualifiers_behind();
            } else {
                at_ = before;
                return text;
            }
        }
    }

    std::string parse_declarator() {
        const Deeper deeper(*this);
        std::string text = parse_pointers();
        bool has_inner = false, has_bounds = false;
        while (!failed_) {
            const size_t before = at_;
            skip_spaces();
            if (peek() == '[') {
                text += (has_bounds ? "" : " ") + bracketed();
                has_bounds = true;
            } else if (peek() == '(' && !has_inner && !has_bounds && is_inner_declarator()) {
                ++at_;
                const std::string inner = parse_declarator();
                skip_spaces();
                if (!take(")")) return fail();
                text += in_parentheses(inner);
                has_inner = true;
            } else if (peek() == '(') {
                text += (has_inner ? "" : " ") + parse_parameters() + qualifiers_behind();
                has_inner = true;
                if (ahead().starts_with(" noexcept")) take(" noexcept"), text += " noexcept";
            } else {
                at_ = before;
                return text;
            }
        }
        return {};
    }
    bool is_inner_declarator() {
        const size_t begin = at_++;
        skip_spaces();
        const bool is_one = peek() == '*' || peek() == '&' || is_member_pointer_ahead();
        at_ = begin;
        return is_one;
    }

    std::string_view text_;
    size_t at_ = 0;
    int depth_ = 0;
    size_t steps_ = 0;
    bool failed_ = false;
};

// Where the arguments of the last component begin; npos when it has none.
size_t begin_of_arguments(std::string_view canonical) {
    if (!canonical.ends_with('>')) return std::string_view::npos;
    size_t open = 0;
    for (size_t i = canonical.size(); i-- > 0;) {
        const char c = canonical[i];
        if (c == '>' || c == ')' || c == '}' || c == ']') ++open;
        if ((c == '<' || c == '(' || c == '{' || c == '[') && --open == 0) return c == '<' ? i : std::string_view::npos;
    }
    return std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

}  // namespace

std::string canonical_type_name(std::string_view text) {
    if (text.size() > longest_name) return std::string(text);
    return Parser(text).whole().value_or(std::string(text));
}

std::vector<std::string_view> template_arguments_of(std::string_view canonical) {
    std::vector<std::string_view> arguments;
    const size_t begin = begin_of_arguments(canonical);
    if (begin == std::string_view::npos) return arguments;
    const std::string_view inside = canonical.substr(begin + 1, canonical.size() - begin - 2);
    size_t open = 0, from = 0;
    for (size_t i = 0; i <= inside.size(); ++i) {
        const char c = i < inside.size() ? inside[i] : ',';
        if (c == '<' || c == '(' || c == '{' || c == '[') ++open;
        if ((c == '>' || c == ')' || c == '}' || c == ']') && open > 0) --open;
        if (c != ',' || open != 0) continue;
        const std::string_view argument = trimmed(inside.substr(from, i - from));
        if (!argument.empty()) arguments.push_back(argument);
        from = i + 1;
    }
    return arguments;
}

std::string_view without_template_arguments(std::string_view canonical) {
    return canonical.substr(0, begin_of_arguments(canonical));
}

std::string_view own_name_of(std::string_view canonical) {
    const std::string_view name = without_template_arguments(canonical);
    const size_t scope = name.rfind("::");
    return scope == std::string_view::npos ? name : name.substr(scope + 2);
}

std::string in_parentheses(std::string_view rest) {
    if (rest.starts_with(' ')) rest.remove_prefix(1);
    const size_t pointers = std::min(rest.find_first_not_of("*&"), rest.size());
    std::string inside(rest.substr(0, pointers));
    rest.remove_prefix(pointers);
    if (rest.starts_with(" (")) rest.remove_prefix(1);
    return " (" + inside.append(rest) + ")";
}

}  // namespace heapkit::symbols

// SPDX-License-Identifier: MIT
//
// Parsing and judging conditions. A parser by hand: the grammar has one line, its errors want to be good.
//
// Side: heap, floor 7 (analyze).
#include "analyze/condition.h"

#include <fmt/format.h>
#include <array>
#include <cctype>
#include <charconv>

#include "analyze/filter.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

using Quantity = Condition::Quantity;
using Comparison = Condition::Comparison;

struct QuantityName {
    std::string_view name;
    Quantity quantity;
    bool takes_a_type;
};
constexpr std::array<QuantityName, 8> quantities = {{{"count", Quantity::count, true},
                                                     {"bytes", Quantity::bytes, true},
                                                     {"growth", Quantity::growth, true},
                                                     {"growth_bytes", Quantity::growth_bytes, true},
                                                     {"total_count", Quantity::count, false},
                                                     {"total_bytes", Quantity::bytes, false},
                                                     {"total_growth_count", Quantity::growth, false},
                                                     {"total_growth", Quantity::growth_bytes, false}}};

constexpr std::array<std::pair<std::string_view, Comparison>, 6> comparisons = {{{">=", Comparison::greater_equal},
                                                                                 {"<=", Comparison::less_equal},
                                                                                 {"==", Comparison::equal},
                                                                                 {"!=", Comparison::not_equal},
                                                                                 {">", Comparison::greater},
                                                                                 {"<", Comparison::less}}};

constexpr std::array<std::pair<std::string_view, double>, 11> units = {{{"", 1},
                                                                        {"B", 1},
                                                                        {"K", 1024},
                                                                        {"KiB", 1024},
                                                                        {"kB", 1e3},
                                                                        {"M", 1024.0 * 1024},
                                                                        {"MiB", 1024.0 * 1024},
                                                                        {"MB", 1e6},
                                                                        {"G", 1024.0 * 1024 * 1024},
                                                                        {"GiB", 1024.0 * 1024 * 1024},
                                                                        {"GB", 1e9}}};

class Parser {
   public:
    explicit Parser(std::string_view text) : text_(text) {}

    Result<Condition> parse() {
        Condition condition;
        condition.text = std::string(text_);
        skip_spaces();
        if (auto error = parse_quantity(condition)) return *error;
        skip_spaces();
        if (auto error = parse_comparison(condition)) return *error;
        skip_spaces();
        if (auto error = parse_number(condition)) return *error;
        skip_spaces();
        if (at_ != text_.size()) return wrong("nothing should follow the number");
        return condition;
    }

   private:
    std::optional<Error> parse_quantity(Condition& condition) {
        const size_t begin = at_;
        while (at_ < text_.size() && (std::isalpha(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) ++at_;
        const std::string_view word = text_.substr(begin, at_ - begin);
        for (const QuantityName& known : quantities) {
            if (known.name != word) continue;
            condition.quantity = known.quantity;
            return known.takes_a_type ? parse_pattern_in_parentheses(condition) : std::nullopt;
        }
        at_ = begin;
        return wrong(
            "expected count(TYPE), bytes(TYPE), growth(TYPE), growth_bytes(TYPE), total_count, total_bytes, "
            "total_growth or total_growth_count");
    }

    std::optional<Error> parse_pattern_in_parentheses(Condition& condition) {
        if (at_ == text_.size() || text_[at_] != '(') return wrong("expected '(' and a type");
        const size_t begin = at_ + 1;
        int depth = 0;  // a type may have parentheses of its own: function<void(int)>
        for (; at_ < text_.size(); ++at_) {
            if (text_[at_] == '(') ++depth;
            if (text_[at_] == ')' && --depth == 0) break;
        }
        if (depth != 0) return wrong("expected ')'");
        condition.pattern = std::string(text_.substr(begin, at_ - begin));
        if (condition.pattern.empty()) return wrong("expected the name of a type");
        ++at_;
        return std::nullopt;
    }

    std::optional<Error> parse_comparison(Condition& condition) {
        for (const auto& [sign, comparison] : comparisons) {
            if (!text_.substr(at_).starts_with(sign)) continue;
            condition.comparison = comparison;
            at_ += sign.size();
            return std::nullopt;
        }
        return wrong("expected one of > >= < <= == !=");
    }

    std::optional<Error> parse_number(Condition& condition) {
        const char* const end = text_.data() + text_.size();
        const auto [rest, error] = std::from_chars(text_.data() + at_, end, condition.wanted, std::chars_format::fixed);
        if (error != std::errc()) return wrong("expected a number, such as 0 or 10MiB");
        at_ = static_cast<size_t>(rest - text_.data());
        skip_spaces();
        const size_t begin = at_;
        while (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_]))) ++at_;
        for (const auto& [name, factor] : units) {
            if (name != text_.substr(begin, at_ - begin)) continue;
            condition.wanted *= factor;
            return std::nullopt;
        }
        at_ = begin;
        return wrong("expected a unit: B, KiB, MiB, GiB, kB, MB or GB");
    }

    void skip_spaces() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    }

    Error wrong(std::string_view expected) const {
        return {fmt::format("a condition is not understood: {}\n  {}\n  {:>{}}", expected, text_, "^", at_ + 1),
                "Conditions look like: growth(Session) > 0 · bytes(Cache*) > 10MiB · total_growth > 1MiB"};
    }

    std::string_view text_;
    size_t at_ = 0;
};

bool compares(double value, Comparison comparison, double wanted) {
    switch (comparison) {
        case Comparison::greater:
            return value > wanted;
        case Comparison::greater_equal:
            return value >= wanted;
        case Comparison::less:
            return value < wanted;
        case Comparison::less_equal:
            return value <= wanted;
        case Comparison::equal:
            return !(value < wanted || value > wanted);
        case Comparison::not_equal:
            return value < wanted || value > wanted;
    }
    return false;
}

int64_t value_of(const GroupPair& pair, Quantity quantity) {
    switch (quantity) {
        case Quantity::count:
            return pair.total().blocks;
        case Quantity::bytes:
            return pair.total().bytes;
        case Quantity::growth:
            return pair.difference().blocks;
        case Quantity::growth_bytes:
            return pair.difference().bytes;
    }
    return 0;
}

}  // namespace

Result<Condition> parse_condition(std::string_view text) { return Parser(text).parse(); }

Verdict judge(const Condition& condition, const std::vector<GroupPair>& types) {
    int64_t value = 0;
    Verdict verdict;
    for (const GroupPair& pair : types) {
        const bool is_meant =
            condition.pattern.empty() || matches_name(condition.pattern, pair.either().place.function);
        if (!is_meant) continue;
        ++verdict.types_matched;
        value += value_of(pair, condition.quantity);
    }
    verdict.value = static_cast<double>(value);
    verdict.holds = compares(verdict.value, condition.comparison, condition.wanted);
    const bool is_size = condition.quantity == Quantity::bytes || condition.quantity == Quantity::growth_bytes;
    verdict.text = fmt::format("{} {}: it is {}", condition.text, verdict.holds ? "holds" : "does not hold",
                               is_size ? size_to_text(verdict.value) : count_to_text(value));
    return verdict;
}

}  // namespace heapkit::analyze

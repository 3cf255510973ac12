// SPDX-License-Identifier: MIT
//
// See parser.h.
#include "parser.h"

#include <algorithm>

namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t'; }

// Of these nothing can be inside.
bool is_void(std::string_view name) { return name == "br" || name == "hr" || name == "img"; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

// What lies before `end`, which is taken away, too.
std::string_view take_until(std::string_view& rest, char end) {
    const size_t at = std::min(rest.find(end), rest.size());
    const std::string_view taken = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return taken;
}

class Parser {
   public:
    explicit Parser(std::string_view html) : rest_(html) { root_->name = "document"; }

    std::shared_ptr<Element> read() {
        while (!rest_.empty()) {
            if (const std::string_view text = trimmed(take_until(rest_, '<')); !text.empty()) open_->append("", text);
            if (!rest_.empty()) tag(take_until(rest_, '>'));
        }
        return root_;
    }

   private:
    void tag(std::string_view inside) {
        if (inside.starts_with('/')) return close(inside.substr(1));
        const std::string_view name = take_until(inside, ' ');
        const auto element = open_->append(name, inside);
        if (!is_void(name)) open_ = element;
    }

    void close(std::string_view name) {
        for (auto element = open_; element != nullptr; element = element->above()) {
            if (element->name != name) continue;
            if (const auto above = element->above()) open_ = above;
            return;
        }
    }

    std::string_view rest_;
    std::shared_ptr<Element> root_ = std::make_shared<Element>();
    std::shared_ptr<Element> open_ = root_;
};

}  // namespace

std::shared_ptr<Element> parse(std::string_view html) { return Parser(html).read(); }

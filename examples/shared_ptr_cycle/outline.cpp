// SPDX-License-Identifier: MIT
//
// See outline.h.
#include "outline.h"

#include <array>

namespace {

std::string text_of(const Element& element) {
    std::string text = element.name.empty() ? element.text : "";
    for (const auto& child : element.children) text += text_of(*child);
    return text;
}

class Outline {
   public:
    void add(const Element& element) {
        const bool is_heading =
            element.name.size() == 2 && element.name[0] == 'h' && element.name[1] >= '1' && element.name[1] <= '6';
        if (is_heading) add_heading(static_cast<size_t>(element.name[1] - '1'), text_of(element));
        for (const auto& child : element.children) add(*child);
    }
    std::string text;

   private:
    void add_heading(size_t level, const std::string& heading) {
        ++numbers_[level];
        for (size_t below = level + 1; below < numbers_.size(); ++below) numbers_[below] = 0;
        text += std::string(2 * level, ' ');
        for (size_t each = 0; each <= level; ++each) text += (each == 0 ? "" : ".") + std::to_string(numbers_[each]);
        text += ' ' + heading + '\n';
    }

    std::array<int, 6> numbers_ = {};
};

}  // namespace

std::string outline_of(const Element& page) {
    Outline outline;
    outline.add(page);
    return outline.text;
}

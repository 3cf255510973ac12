// SPDX-License-Identifier: MIT
//
// Colour, or none.
//
// Side: heap, floor 3 (render).
#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>

namespace heapkit::render {

class Style {
   public:
    explicit Style(bool colour) : colour_(colour) {}
    std::string strong(std::string_view text) const { return wrapped("1", text); }
    std::string quiet(std::string_view text) const { return wrapped("2", text); }
    std::string worse(std::string_view text) const { return wrapped("31", text); }
    std::string better(std::string_view text) const { return wrapped("32", text); }
    std::string warning(std::string_view text) const { return wrapped("33", text); }
    std::string command(std::string_view text) const { return wrapped("36", text); }

   private:
    std::string wrapped(std::string_view code, std::string_view text) const {
        if (!colour_ || text.empty()) return std::string(text);
        return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
    }
    bool colour_;
};

}  // namespace heapkit::render

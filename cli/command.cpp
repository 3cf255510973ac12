// SPDX-License-Identifier: MIT
//
// Asking for what was typed.
//
// Side: our process, cli.
#include "command.h"

#include <charconv>

namespace heapkit::cli {

std::string_view Option::long_name() const noexcept {
    const std::string_view all = names;
    return all.substr(all.rfind("--") + 2);
}

std::string Typed::text(std::string_view option, std::string_view fallback) const {
    const auto& values = all(option);
    return values.empty() ? std::string(fallback) : values.back();
}

size_t Typed::number(std::string_view option, size_t fallback) const {
    const std::string text = this->text(option);
    size_t value = fallback;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

const std::vector<std::string>& Typed::all(std::string_view option) const {
    static const std::vector<std::string> none;
    const auto found = options_.find(std::string(option));
    return found == options_.end() ? none : found->second;
}

}  // namespace heapkit::cli

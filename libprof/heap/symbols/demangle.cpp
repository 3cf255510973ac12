// SPDX-License-Identifier: MIT
//
// See demangle.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/demangle.h"

#include <cxxabi.h>

#include <array>
#include <cstdlib>
#include <memory>

namespace heapkit::symbols {
namespace {

// Longer names than any compiler wrote in anger; bounds what a hostile file can make the demangler do.
constexpr size_t longest_name = 16 * 1024;

std::string through_abi(std::string_view mangled) {
    if (mangled.size() > longest_name) return {};
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text(
        abi::__cxa_demangle(std::string(mangled).c_str(), nullptr, nullptr, &status), &std::free);
    return status == 0 && text ? std::string(text.get()) : std::string();
}

std::string_view without_suffixes(std::string_view name) {
    static constexpr std::array suffixes = {".cold",      ".part.", ".constprop.", ".isra.",
                                            ".lto_priv.", ".llvm.", ".localalias"};
    size_t end = name.find('@');
    for (const std::string_view suffix : suffixes)
        if (const size_t at = name.find(suffix); at != 0) end = std::min(end, at);
    return end == 0 ? name : name.substr(0, end);
}

}  // namespace

std::string demangle(std::string_view linkage_name) {
    const std::string_view name = without_suffixes(linkage_name);
    if (!name.starts_with("_Z")) return std::string(name);
    std::string text = through_abi(name);
    return text.empty() ? std::string(name) : text;
}

std::string demangle_type(std::string_view type_info_name) {
    if (type_info_name.starts_with('*')) type_info_name.remove_prefix(1);
    if (type_info_name.empty() || type_info_name.starts_with("_Z")) return {};
    return through_abi(type_info_name);
}

}  // namespace heapkit::symbols

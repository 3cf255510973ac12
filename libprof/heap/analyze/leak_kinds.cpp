// SPDX-License-Identifier: MIT
//
// Names of kinds, as memcheck has them.
//
// Side: heap, floor 7 (analyze).
#include "analyze/leak_kinds.h"

#include <fmt/format.h>
#include <algorithm>

namespace heapkit::analyze {
namespace {

bool* named(LeakKinds& kinds, std::string_view name) {
    if (name == "definite") return &kinds.definite;
    if (name == "indirect") return &kinds.indirect;
    if (name == "possible") return &kinds.possible;
    if (name == "reachable") return &kinds.reachable;
    return nullptr;
}

}  // namespace

std::string_view to_text(LeakKind kind) noexcept {
    switch (kind) {
        case LeakKind::reachable:
            return "still reachable";
        case LeakKind::possible:
            return "possibly lost";
        case LeakKind::indirect:
            return "indirectly lost";
        case LeakKind::definite:
            return "definitely lost";
        case LeakKind::suppressed:
            return "suppressed";
    }
    return "";
}

bool LeakKinds::has(LeakKind kind) const noexcept {
    switch (kind) {
        case LeakKind::reachable:
            return reachable;
        case LeakKind::possible:
            return possible;
        case LeakKind::indirect:
            return indirect;
        case LeakKind::definite:
            return definite;
        case LeakKind::suppressed:
            break;
    }
    return false;
}

Result<LeakKinds> parse_leak_kinds(std::string_view text) {
    LeakKinds kinds = {false, false, false, false};
    if (text == "all") return LeakKinds{true, true, true, true};
    for (size_t begin = 0; begin <= text.size();) {
        const size_t end = std::min(text.find(',', begin), text.size());
        const std::string_view name = text.substr(begin, end - begin);
        bool* const kind = named(kinds, name);
        if (kind == nullptr) {
            return Error{fmt::format("there is no kind of leak called \"{}\"", name),
                         "They are definite, indirect, possible, reachable; or all."};
        }
        *kind = true;
        begin = end + 1;
    }
    return kinds;
}

}  // namespace heapkit::analyze

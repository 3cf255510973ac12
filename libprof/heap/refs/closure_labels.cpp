// SPDX-License-Identifier: MIT
//
// See closure_labels.h.
//
// Side: heap, floor 5 (refs).
#include "refs/closure_labels.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <charconv>

#include "types/coroutine_frames.h"

namespace heapkit::refs {
namespace {

// "get<2>.x": the third of a tuple, and what of it.
struct OfTuple {
    bool is_one = false;
    size_t index = 0;
    std::string_view rest;  // "x"
};
OfTuple of_tuple(std::string_view path) {
    constexpr std::string_view get = "get<";
    OfTuple found;
    if (!path.starts_with(get)) return found;
    const char* const end = path.data() + path.size();
    const auto [behind, error] = std::from_chars(path.data() + get.size(), end, found.index);
    if (error != std::errc() || behind == end || *behind != '>') return found;
    found.is_one = true;
    found.rest = path.substr(static_cast<size_t>(behind + 1 - path.data()));
    return found;
}

std::string_view without_dot(std::string_view text) { return text.starts_with('.') ? text.substr(1) : text; }

bool is_bind(std::string_view name) {
    return name.starts_with("std::_Bind<") || name.starts_with("std::_Bind_result<") ||
           name.starts_with("std::__1::__bind<");
}

// What threads and futures keep of the function that they run.
bool is_of_thread(std::string_view name) {
    constexpr std::string_view counted = "std::_Sp_counted_ptr_inplace<";
    static constexpr std::array<std::string_view, 4> states = {
        "std::thread::_State_impl<", "std::__future_base::_Task_state<", "std::__future_base::_Deferred_state<",
        "std::__future_base::_Async_state_impl<"};
    if (name.starts_with(counted)) name = name.substr(counted.size());
    return std::any_of(states.begin(), states.end(), [&](std::string_view state) { return name.starts_with(state); });
}

std::string label_of_thread(std::string_view path) {
    const OfTuple of = of_tuple(path);
    if (!of.is_one) return path.empty() ? "" : fmt::format("captured {}", path);
    if (of.index > 0) return fmt::format("argument {}{}", of.index, of.rest);
    return of.rest.empty() ? "function" : fmt::format("captured {}", without_dot(of.rest));
}

}  // namespace

std::string field_label(const ClosureClass& owner, std::string path) {
    if (owner.is_lambda) return "captured " + path.substr(path.starts_with("__") ? 2 : 0);
    if (types::is_coroutine_frame(owner.name)) return types::coroutine_member(path);
    if (is_of_thread(owner.name)) return label_of_thread(path);
    if (const OfTuple of = of_tuple(path); of.is_one && is_bind(owner.name))
        return fmt::format("bound argument {}{}", of.index + 1, of.rest);
    return path;
}

}  // namespace heapkit::refs

// SPDX-License-Identifier: MIT
//
// Typed indices of flat columns: a stack cannot be used where a block is meant.
//
// Side: heap, floor 1 (base).
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace heapkit {

template <typename Tag>
struct Id {
    uint32_t value = 0;

    constexpr Id() = default;
    constexpr explicit Id(size_t index) : value(static_cast<uint32_t>(index)) {}
    constexpr size_t index() const noexcept { return value; }
    friend constexpr auto operator<=>(Id, Id) = default;
};

using BlockId = Id<struct BlockTag>;
using StackId = Id<struct StackTag>;  // 0: unknown
using NodeId = Id<struct NodeTag>;    // 0: the empty stack
using ModuleId = Id<struct ModuleTag>;
using StringId = Id<struct StringTag>;  // of symbols::Frames' string table, 0: ""

}  // namespace heapkit

template <typename Tag>
struct std::hash<heapkit::Id<Tag>> {
    size_t operator()(heapkit::Id<Tag> id) const noexcept { return id.value * size_t{0x9e3779b97f4a7c15}; }
};

// SPDX-License-Identifier: MIT
//
// A page as a tree of elements, as browsers have it: an element owns its children, and knows its parent.
//
// Side:    example. Threads: one at a time, for each tree.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

// How an element knows its parent. The leaky program is built with std::shared_ptr, so that parent and child own each
// other; outline_fixed with std::weak_ptr. See CMakeLists.txt.
template <typename T>
using ToParent = OUTLINE_TO_PARENT<T>;

struct Element : std::enable_shared_from_this<Element> {
    std::string name;  // "h2"; "" of text
    std::string text;
    std::vector<std::shared_ptr<Element>> children;
    ToParent<Element> parent;

    std::shared_ptr<Element> append(std::string_view child_name, std::string_view child_text = {});
    std::shared_ptr<Element> above() const;  // null of the topmost
};

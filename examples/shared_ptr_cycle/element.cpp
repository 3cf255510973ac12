// SPDX-License-Identifier: MIT
//
// See element.h.
#include "element.h"

std::shared_ptr<Element> Element::append(std::string_view child_name, std::string_view child_text) {
    const auto child = std::make_shared<Element>();
    child->name = child_name;
    child->text = child_text;
    child->parent = shared_from_this();
    children.push_back(child);
    return child;
}

std::shared_ptr<Element> Element::above() const { return std::weak_ptr<Element>(parent).lock(); }

// SPDX-License-Identifier: MIT
//
// Reads HTML as far as an outline needs it: elements and text. What is closed and was never opened is ignored; what is
// open at the end, or when something around it is closed, is closed.
//
// Side:    example. Threads: any.
#pragma once

#include <memory>
#include <string_view>

#include "element.h"

std::shared_ptr<Element> parse(std::string_view html);

// SPDX-License-Identifier: MIT
//
// The outline of a page: its headings, numbered and indented.
//
// Side:    example. Threads: any.
#pragma once

#include <string>

#include "element.h"

// "1 Harbours\n  1.1 Tides\n".
std::string outline_of(const Element& page);

// SPDX-License-Identifier: MIT
//
// What is asked for, taken apart: "/images/12.jpg?w=200&utm_source=mail" is a path and its parameters.
//
// Side:    example. Threads: any.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

struct Url {
    std::string path;
    std::map<std::string, std::string, std::less<>> parameters;

    // The number that a parameter says, or `usual` where it says none.
    int number(std::string_view name, int usual) const;
};

Url parse(std::string_view text);

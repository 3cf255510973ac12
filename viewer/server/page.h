// SPDX-License-Identifier: MIT
//
// The page, made part of the program when it is built (viewer/built/page.html), and the words that it starts with.
//
// Side: viewer/server.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace heapkit::viewer {

extern const std::string_view page_html;  // with a marker where the boot goes; "": this build has none

// What a page finds in itself: whether to ask a server, and in a report all the answers, as JSON by their keys.
struct Boot {
    bool is_report = false;
    std::map<std::string, std::string> answers = {};
    std::vector<std::string> left_out = {};  // of a report: what it does not have, in sentences
};

// The page with its boot in it. Whatever names occur, nothing in it ends the script element or begins markup: '<' is
// written as an escape, and so are the two line ends that JSON allows in strings and old scripts do not.
std::string page_with(const Boot& boot);

}  // namespace heapkit::viewer

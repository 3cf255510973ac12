// SPDX-License-Identifier: MIT
//
// Writes man pages and bash completion while heapkit is built.
//
// Side: our process, cli. Not installed.
//
//     heapkit-generate man heapdiff > heapdiff.1
#include <cstdio>
#include <string>
#include <string_view>

#include "help.h"
#include "tools.h"

int main(int count, char** words) {
    using namespace heapkit::cli;
    if (count != 3) {
        std::fputs("usage: heapkit-generate man|completion heapkit|heapdiff\n", stderr);
        return exit_error;
    }
    const Tool& tool = std::string_view(words[2]) == "heapdiff" ? heapdiff_tool() : heapkit_tool();
    const std::string text = std::string_view(words[1]) == "man" ? man_page(tool) : bash_completion(tool);
    std::fputs(text.c_str(), stdout);
    return std::fflush(stdout) == 0 ? exit_fine : exit_error;
}

// SPDX-License-Identifier: MIT
//
// outline: the outlines of 200 pages of a handbook, one after the other; a snapshot after every fifty.
//
// Side: example. See README.md.
#include <prof/prof.h>

#include <cstdio>
#include <string>

#include "outline.h"
#include "parser.h"

namespace {

constexpr int pages = 200, pages_a_snapshot = 50;

std::string page(int number) {
    const std::string name = "Harbour " + std::to_string(number);
    std::string html = "<html lang=en><body><h1>" + name + "</h1><p>What a pilot must know of " + name + ".";
    for (int chapter = 1; chapter <= 3 + number % 3; ++chapter) {
        html += "<h2>Basin " + std::to_string(chapter) + "</h2><p>Tides, currents<br>and <em>depths</em>.</p><ul>";
        for (int berth = 1; berth <= 4; ++berth)
            html += "<li>Berth " + std::to_string(berth) + ": " + std::to_string(40 * berth + chapter) + " m";
        html += "</ul><h3>Lights at <em>night</em></h3><p>Two, white over red, on the northern pier.</p>";
    }
    return html + "</body></html>";
}

}  // namespace

int main() {
    size_t bytes = 0;
    for (int number = 1; number <= pages; ++number) {
        bytes += outline_of(*parse(page(number))).size();
        if (number % pages_a_snapshot != 0) continue;
        prof_take_snapshot((std::to_string(number / pages_a_snapshot) + ".heap").c_str());
    }
    std::printf("%d pages, %zu bytes of outlines\n", pages, bytes);
}

// SPDX-License-Identifier: MIT
//
// A program to measure: lives for about ten milliseconds, as a tool in a build or a script does; it makes words, sorts
// and counts them. Side: tests, bench. Usage: brief [ROUNDS]
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plan.h"

namespace {

std::vector<std::string> read_words(size_t count) {
    std::vector<std::string> words;
    uint64_t state = 1;
    for (size_t i = 0; i < count; ++i)
        words.push_back("a word that is long: " + std::to_string(bench::next(state) % 900));
    return words;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words = read_words(3000);
    std::map<std::string_view, size_t> counted;
    for (size_t round = bench::number(argc, argv, 1, 8); round > 0; --round) {
        std::vector<std::string_view> sorted(words.begin(), words.end());
        std::sort(sorted.begin(), sorted.end());
        for (const std::string_view word : sorted) ++counted[word];
    }
    return counted.empty() ? 1 : 0;
}

// SPDX-License-Identifier: MIT
//
// A program to measure: each second piece of work fails eight calls deep, and the exception, with a text of its own, is
// caught, wrapped with what was tried, thrown on and caught again. Strings and maps are built on the way.
// Side: tests, bench. Usage: exceptions ROUNDS
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "plan.h"

namespace {

[[gnu::noinline]] size_t parse(const std::string& text, size_t depth) {
    const std::string field = text + " in a field that is too long for the short buffer";
    if (depth > 0) return parse(field, depth - 1) + 1;
    if (text[0] == '1') throw std::runtime_error("no such field: " + field);
    return field.size();
}

[[gnu::noinline]] size_t load(const std::string& text) {
    std::map<int, std::unique_ptr<std::string>> seen;
    for (int i = 0; i < 4; ++i) seen.emplace(i, std::make_unique<std::string>(text));
    try {
        return parse(text, 8) + seen.size();
    } catch (const std::runtime_error& error) {
        throw std::invalid_argument(std::string("while loading: ") + error.what());
    }
}

}  // namespace

int main(int argc, char** argv) {
    const size_t rounds = bench::number(argc, argv, 1, 10'000);
    size_t failed = 0;
    for (size_t i = 0; i < rounds; ++i) {
        try {
            failed += load(i % 2 == 0 ? "0: a text that is long" : "1: a text that is long") == 0;
        } catch (const std::invalid_argument&) {
            ++failed;
        }
    }
    return failed == rounds / 2 ? 0 : 1;
}

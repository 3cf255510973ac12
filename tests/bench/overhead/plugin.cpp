// SPDX-License-Identifier: MIT
//
// The library that dlopen.cpp loads: it allocates when it is loaded, when it is called, and frees when it goes.
// Side: tests, bench.
#include <memory>
#include <string>
#include <vector>

namespace {

std::vector<std::string> names(50, std::string(40, 'n'));

[[gnu::noinline]] std::unique_ptr<std::string> make(size_t number) {
    return std::make_unique<std::string>(names[number % names.size()] + std::to_string(number));
}

}  // namespace

extern "C" size_t work(size_t rounds) {
    std::vector<std::unique_ptr<std::string>> made;
    for (size_t i = 0; i < rounds; ++i) made.push_back(make(i));
    return made.back()->size();
}

// SPDX-License-Identifier: MIT
//
// A test program that knows nothing of heapkit: "works" passes, "fails" fails. The leaky one loses its parser's rules.
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

struct Rule {
    std::string name;
    int weight;
};

static std::vector<std::unique_ptr<Rule>> rules;

static int parse(int count) {
    for (int number = 0; number < count; ++number) {
        auto rule =
            std::make_unique<Rule>(Rule{"the rule number " + std::to_string(number) + " of the parser", number});
        if (LEAKY != 0 && number % 2 == 0)
            rule.release()->weight = 0;
        else
            rules.push_back(std::move(rule));
    }
    return static_cast<int>(rules.size());
}

int main(int argc, char** argv) {
    std::printf("%d rules\n", parse(40));
    return argc > 1 && std::strcmp(argv[1], "fails") == 0 ? 3 : 0;
}

// SPDX-License-Identifier: MIT
//
// Built without debug information, and without a test framework: it declares its type itself. Says "leaky", "fixed" and
// "misspelled" with the outcome and the message of each.
//
// Side: tests.
#include <prof/prof.hpp>
#include <prof/testing/leak_test.hpp>

#include <cstdio>
#include <memory>
#include <vector>

namespace {

struct Session : prof::tracked<Session> {
    char name[40] = {};
};

std::vector<std::unique_ptr<Session>> sessions;

void say(const char* what, const prof::testing::Verdict& verdict) {
    std::printf("%s: %s\n%s\n", what, verdict ? "passed" : "failed", verdict.message.c_str());
}

}  // namespace

int main() {
    const auto forget = [] { std::make_unique<Session>()->name[0] = 's'; };
    say("leaky", prof::testing::no_growth("Session", 4, [] { sessions.push_back(std::make_unique<Session>()); }));
    sessions.clear();
    say("fixed", prof::testing::no_growth("Session", 4, forget));
    say("misspelled", prof::testing::no_growth("Sesion", 4, forget));
}

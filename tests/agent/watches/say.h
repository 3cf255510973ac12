// SPDX-License-Identifier: MIT
//
// A program that tests itself: each line says a sentence and whether it is so. Side: tests.
#pragma once

#include <cstdio>
#include <cstring>
#include <span>

namespace self_test {

inline int failures = 0;

inline void say(const char* sentence, bool holds) {
    std::printf("%s: %s\n", holds ? "yes" : "no", sentence);
    failures += !holds;
}

struct Sentence {
    const char* name;
    void (*run)();
};

// The program's exit code: runs the one that the first argument names.
inline int run(std::span<const Sentence> sentences, int argc, char** argv) {
    for (const Sentence& each : sentences) {
        if (argc < 2 || std::strcmp(argv[1], each.name) != 0) continue;
        each.run();
        std::fflush(stdout);
        return failures == 0 ? 0 : 1;
    }
    std::printf("there is no such test\n");
    return 2;
}

}  // namespace self_test

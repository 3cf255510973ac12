// SPDX-License-Identifier: MIT
//
// A program to measure: a library is loaded, worked with, and taken out again, over and over, so that what is known of
// its code is for one round alone. Side: tests, bench. Usage: dlopen ROUNDS LIBRARY
#include <dlfcn.h>

#include <cstdio>

#include "plan.h"

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const size_t rounds = bench::number(argc, argv, 1, 100);
    for (size_t i = 0; i < rounds; ++i) {
        void* library = dlopen(argv[2], RTLD_NOW);
        void* found = library == nullptr ? nullptr : dlsym(library, "work");
        if (found == nullptr) return std::fprintf(stderr, "%s\n", dlerror()), 1;
        reinterpret_cast<size_t (*)(size_t)>(found)(1000);
        dlclose(library);
    }
}

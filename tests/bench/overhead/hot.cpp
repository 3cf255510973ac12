// SPDX-License-Identifier: MIT
//
// A program to measure: nothing but malloc and free of one size, from one place.
// Side: tests, bench. Usage: hot PAIRS [BYTES]
#include "plan.h"

int main(int argc, char** argv) {
    const size_t pairs = bench::number(argc, argv, 1, 1'000'000), bytes = bench::number(argc, argv, 2, 40);
    for (size_t i = 0; i < pairs; ++i) std::free(bench::seen(std::malloc(bytes)));
}

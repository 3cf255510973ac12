// SPDX-License-Identifier: MIT
//
// An exception that nobody catches: terminate, its words, and death by abort.
// Side: tests.
#include <stdexcept>

#include "world.h"

int main() {
    world();
    throw std::runtime_error("nobody catches this");
}

// SPDX-License-Identifier: MIT
//
// The program heapkit.
//
// Side: our process, cli. Where it goes on: tools.cpp.
#include "tools.h"

int main(int count, char** words) {
    return heapkit::cli::run_tool(heapkit::cli::heapkit_tool(), {words + (count > 0 ? 1 : 0), words + count});
}

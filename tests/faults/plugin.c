// SPDX-License-Identifier: MIT
//
// A library that comes, allocates, and goes. Side: tests.
#include <stdlib.h>

void* plugin_allocate(void) { return malloc(123); }

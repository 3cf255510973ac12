// SPDX-License-Identifier: MIT
//
// What an agent must not do: it leaves a descriptor open. Side: tests.
#include <fcntl.h>

__attribute__((constructor)) static void leave_one_open(void) { open("/dev/null", O_RDONLY | O_CLOEXEC); }

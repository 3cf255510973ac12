// SPDX-License-Identifier: MIT
//
// CPython in the recorded process: its objects in each snapshot, its blocks as they are allocated.
//
// Side:    agent, floor 4 (python). docs/python.md is for users, docs/decisions/0016-cpython.md says why it is so.
// Threads: start() on the main thread, when the process starts.
//
// Where there is no interpreter, start() costs one look into the symbol tables of the modules that are there, and each
// snapshot another.
#pragma once

namespace prof::python {

// `before_the_end` is called when the interpreter begins to shut down, while its objects are all still there.
void start(void (*before_the_end)()) noexcept;

}  // namespace prof::python

// SPDX-License-Identifier: MIT
//
// The interpreter's own allocator seen as malloc is: blocks of its "object" and "mem" domains that pymalloc hands out
// of its arenas. What it passes on to malloc is recorded there.
//
// Side:    agent, floor 4 (python).
// Threads: install() on the main thread, before the interpreter begins; the hooks as CPython calls its allocators: by
//          whoever holds the interpreter's lock.
//
// PyMem_SetAllocator() may be called before Py_Initialize(), and what it sets stays, unless PYTHONMALLOC or the
// development mode asks for another allocator: then that one's memory is malloc's, or is not seen.
#pragma once

namespace prof::python::allocators {

// Once, when an interpreter is found as the process starts. `arena_bytes`: how large pymalloc's arenas are. False: it
// has not the functions for that.
bool install(unsigned arena_bytes) noexcept;
bool is_installed() noexcept;

}  // namespace prof::python::allocators

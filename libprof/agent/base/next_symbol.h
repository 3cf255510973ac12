// SPDX-License-Identifier: MIT
//
// The next definition of a symbol after our own, as the dynamic linker would find it with RTLD_NEXT.
//
// Side:    agent, floor 1 (base).
// Why not dlsym: it allocates (calloc comes back to us before we are ready), it touches dlerror's state, and its
//          symbol version moved in glibc 2.34, so that a build here would not start on an older system. We read
//          DT_GNU_HASH or DT_HASH, DT_SYMTAB and DT_STRTAB of the modules that dl_iterate_phdr shows, in load order.
#pragma once

namespace prof {

// The address of the first definition of `name`, a function or a variable, in a module loaded after the agent; null
// when there is none. Takes the dynamic linker's lock; not from a signal handler, not on the hot path.
void* next_symbol(const char* name) noexcept;

// The same among all modules except the agent, in load order.
void* any_symbol(const char* name) noexcept;

// The path of the module that defines `name` ahead of the agent, so that the program never reaches ours: "" for the
// executable; null when there is none. It lives as long as the module.
const char* module_ahead(const char* name) noexcept;

}  // namespace prof

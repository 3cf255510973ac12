// SPDX-License-Identifier: MIT
//
// prof.hpp: prof.h with types. Header only.
//
// Side: the bridge. What prof.h says of threads, signals, and a process without the recorder holds here, too.
#pragma once

#include <prof/prof.h>

namespace prof {

// `object` and all that it refers to is in use, by this name, until forget_root(). False: prof_root_declare() says why.
template <typename T>
bool root(const char* name, const T* object) noexcept {
    return prof_root_declare(name, object, sizeof(T)) == 0;
}

inline void forget_root(const void* object) noexcept { prof_root_forget(object); }

}  // namespace prof

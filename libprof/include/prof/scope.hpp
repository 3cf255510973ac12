// SPDX-License-Identifier: MIT
//
// Domains: prof::scope, while it lives.
//
// Side: the bridge. Threads, signals: as prof_scope_enter(): it is of the thread that made it, so it must not live
// across a point where a coroutine goes on in another thread.
#pragma once

#include <prof/prof.h>

namespace prof {

class [[nodiscard]] scope {
   public:
    // `name` is copied.
    explicit scope(const char* name) noexcept : token_(prof_scope_enter(name)) {}
    ~scope() {
        if (token_ != 0) prof_scope_leave(token_);
    }
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

   private:
    const uint64_t token_;
};

}  // namespace prof

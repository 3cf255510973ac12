// SPDX-License-Identifier: MIT
//
// The functions behind places.h. Lines count here (clang-format off): when one moves, tests say so.
//
// Side: tests. Each function returns the return address of a call that it makes itself.
#include "places.h"

// clang-format off

namespace {

[[gnu::noinline]] uint64_t return_address() {
    return reinterpret_cast<uint64_t>(__builtin_return_address(0));
}

}  // namespace


[[gnu::noinline]] static uint64_t xmalloc() {
    const uint64_t here = return_address();  // line 20
    return here;
}

namespace cache {
struct Store {
    [[gnu::noinline]] static uint64_t insert(int) {
        const uint64_t here = return_address();  // line 27
        return here;
    }
};
[[gnu::noinline]] static uint64_t load() {
    const uint64_t here = return_address();  // line 32
    return here;
}
}  // namespace cache




namespace http {
struct Session {
    [[gnu::noinline]] static uint64_t read() {
        const uint64_t here = return_address();
        return here;
    }
};
}  // namespace http

namespace heapkit::tests::places {

uint64_t allocate() { return xmalloc(); }
uint64_t insert() { return cache::Store::insert(1); }
uint64_t load() { return cache::load(); }
uint64_t read() { return http::Session::read(); }

}  // namespace heapkit::tests::places

// SPDX-License-Identifier: MIT
//
// Sites: wrappers and containers are skipped, unless there is nothing else.
//
// Side: tests.
#include "types/sites.h"
#include "catch.h"
#include "heap.h"
#include "places.h"
#include "snapshot_writer.h"
#include "temporary_folder.h"

using namespace heapkit;
using namespace heapkit::tests;

[[gnu::noinline]] static uint64_t return_address() { return reinterpret_cast<uint64_t>(__builtin_return_address(0)); }

// A function of that name; it returns an address inside itself. No two have the same code, or they would become one.
#define PLACE_IN(name)                                    \
    extern "C" [[gnu::noinline]] uint64_t name() {        \
        uint64_t here = return_address();                 \
        asm volatile("" : "+r"(here) : "i"(__COUNTER__)); \
        return here;                                      \
    }
PLACE_IN(zmalloc)
PLACE_IN(zmalloc_usable)
PLACE_IN(zcalloc_num)
PLACE_IN(zrealloc_usable)
PLACE_IN(ztrymalloc_usable_internal)
PLACE_IN(sdsnewlen)
PLACE_IN(xcalloc)
PLACE_IN(xmemdupz)
PLACE_IN(g_malloc0_n)
PLACE_IN(g_try_realloc_n)
PLACE_IN(CRYPTO_zalloc)
PLACE_IN(create_client)

namespace {

// The site of a stack of the test program itself.
std::string site_of(const std::vector<uint64_t>& innermost_first) {
    const TemporaryFolder folder;
    SnapshotWriter writer;
    writer.module_of(reinterpret_cast<const void*>(places::load()));
    const StackId stack = writer.stack(innermost_first);
    writer.write(folder / "1.heap");
    const auto heap = Heap::open(folder / "1.heap", {.symbols = {.use_cache = false, .progress = {}}});
    REQUIRE(heap);
    const types::Sites sites(heap->snapshot(), heap->frames());
    const auto site = sites.site_of(stack);
    return site ? sites.text_of(*site) : "";
}

}  // namespace

TEST_CASE("the site of a stack is its innermost frame that is no allocator") {
    CHECK(site_of({places::insert(), places::load()}) == "in cache::Store::insert() places.cpp:27");
    CHECK(site_of({places::allocate(), places::insert(), places::load()}) == "in cache::Store::insert() places.cpp:27");
    CHECK(site_of({places::allocate(), places::read()}) == "in http::Session::read() places.cpp:43");
}

TEST_CASE("wrappers that programs put around malloc are no sites") {
    const uint64_t caller = create_client();
    for (const uint64_t wrapper :
         {zmalloc(), zmalloc_usable(), zcalloc_num(), zrealloc_usable(), ztrymalloc_usable_internal(), sdsnewlen(),
          xcalloc(), xmemdupz(), g_malloc0_n(), g_try_realloc_n(), CRYPTO_zalloc()})
        CHECK(site_of({wrapper, caller}).starts_with("in create_client()"));
    CHECK(site_of({ztrymalloc_usable_internal(), zmalloc(), sdsnewlen(), caller}).starts_with("in create_client()"));
}

TEST_CASE("a stack of allocators alone has its innermost frame") {
    CHECK(site_of({places::allocate()}) == "in xmalloc() places.cpp:20");
}

TEST_CASE("the unknown stack has no site") { CHECK(site_of({}).empty()); }

TEST_CASE("a site without symbols is a module and an offset") { CHECK(site_of({0x1234}) == "in 0x1234"); }

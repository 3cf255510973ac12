// SPDX-License-Identifier: MIT
//
// Names of roots.
//
// Side: tests.
#include "refs/roots.h"

#include "opened.h"

using namespace heapkit;
using namespace heapkit::tests;

namespace {

std::string name(prof_root_kind kind, uint32_t owner, uint64_t address, uint64_t offset_bytes) {
    SnapshotWriter writer;
    writer.module({.path = "/opt/lib/libserver.so", .start = 0x700000, .end = 0x800000, .bias = 0x700000});
    writer.thread({.tid = 1001, .name = "worker", .stack_start = 0x7f0000, .stack_end = 0x7f8000});
    writer.thread({.tid = 1002, .name = ""});
    if (kind == PROF_ROOT_DECLARED) owner = writer.string("arena");
    writer.root(kind, owner, address, 256);
    const Opened opened(writer);
    return refs::name_of(opened.snapshot(), opened.words.roots[0], offset_bytes);
}

}  // namespace

TEST_CASE("a global is named by its module and its address in the file") {
    CHECK(name(PROF_ROOT_GLOBALS, 0, 0x704000, 0x10) == "libserver.so+0x4010");
}

TEST_CASE("what a thread holds is named by the thread and the place") {
    CHECK(name(PROF_ROOT_STACK, 1, 0x7f7000, 0x48) == "stack of worker (tid 1001)+0x7048");
    CHECK(name(PROF_ROOT_REGISTERS, 1, 0, 24) == "register rbx of worker (tid 1001)");
    CHECK(name(PROF_ROOT_REGISTERS, 2, 0, 800) == "register 100 of thread (tid 1002)");
    CHECK(name(PROF_ROOT_TLS, 1, 0x7f8000, 16) == "thread-local of worker (tid 1001)+0x10");
    CHECK(name(PROF_ROOT_IN_FLIGHT, 1, 0, 0) == "in flight in worker (tid 1001)");
}

TEST_CASE("a declared root has the name that the program gave it") {
    CHECK(name(PROF_ROOT_DECLARED, 0, 0x900000, 32) == "arena (declared)+0x20");
    CHECK(name(PROF_ROOT_DECLARED, 0, 0x900000, 0) == "arena (declared)");
}

TEST_CASE("a root of a kind that is not known yet is named by its address") {
    SnapshotWriter writer;
    const Opened opened(writer);
    const prof_root later = {
        .kind = 77, .owner = 9, .address = 0x900000, .bytes = 64, .words_begin = 0, .words_end = 0};
    CHECK(refs::name_of(opened.snapshot(), later, 32) == "memory at 0x900020");
}

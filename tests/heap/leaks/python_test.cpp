// SPDX-License-Identifier: MIT
//
// Leak verdicts where CPython points behind the starts of its blocks.
//
// Side: tests.
#include "../read/python_sample.h"
#include "leaky_heap.h"

namespace heapkit::tests {
namespace {

constexpr uint64_t header_bytes = 16;

// Of python_sample() as it is, held from a global variable that points to byte `into_bytes` of its list's block.
std::string verdicts_when_held_at(SnapshotWriter writer, uint64_t into_bytes) {
    const RootId globals = writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 8192);
    writer.word(globals, 0, Pointer{BlockId(list_row), into_bytes});
    Bytes file = writer.bytes();
    element_of<prof_thread>(file, PROF_SECTION_THREADS, 0).flags |= PROF_THREAD_REGISTERS_KNOWN;
    reseal(file);
    const auto verdicts = judge(file);
    if (!verdicts) FAIL(verdicts.error().what);
    return letters(*verdicts);
}

TEST_CASE("an object of Python is held by what points to it behind its header, and holds its parts") {
    CHECK(verdicts_when_held_at(python_sample(), header_bytes) == "RRRRRR");
}

TEST_CASE("a pointer to another byte of it may be chance") {
    CHECK(verdicts_when_held_at(python_sample(), inside) == "PPPPPP");
}

}  // namespace
}  // namespace heapkit::tests

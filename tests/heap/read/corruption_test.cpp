// SPDX-License-Identifier: MIT
//
// A small snapshot with every byte changed, and cut at every length: read whole, or refused by name. The sanitizers of
// the asan preset watch.
//
// Side: tests.
#include "catch.h"
#include "memory_file.h"
#include "read/snapshot.h"
#include "read_everything.h"
#include "sample.h"

using namespace heapkit;
using namespace heapkit::tests;

namespace {

// Whether the file is read, or refused with a message that names it. Anything else ends the test.
void read_or_refuse(const MemoryFile& file, const Bytes& content) {
    file.write(content);
    const auto error = read_everything(file.path());
    if (error && error->what.find(file.path()) == std::string::npos) FAIL("no name in: " << error->what);
}

}  // namespace

TEST_CASE("any byte may be wrong") {
    const MemoryFile file;
    const Bytes good = sample().bytes();
    for (size_t at = 0; at < good.size(); ++at) {
        Bytes bad = good;
        bad[at] = static_cast<unsigned char>(bad[at] ^ (1u << at % 8));
        read_or_refuse(file, bad);
    }
    SUCCEED();
}

TEST_CASE("any byte may be wrong in a file whose checksums hold") {
    const MemoryFile file;
    const Bytes good = sample().bytes();
    for (const int change : {0x01, 0x80, 0xff}) {
        for (size_t at = 0; at < good.size(); ++at) {
            Bytes bad = good;
            bad[at] = static_cast<unsigned char>(bad[at] ^ change);
            // Where the table itself is changed, its place may be lost, and with it the way to make it right.
            if (at >= sizeof(prof_header)) reseal(bad);
            read_or_refuse(file, bad);
        }
    }
    SUCCEED();
}

TEST_CASE("a snapshot may end anywhere") {
    const MemoryFile file;
    Bytes bytes = sample().bytes();
    while (!bytes.empty()) {
        bytes.pop_back();
        file.write(bytes);
        const auto error = read_everything(file.path());
        REQUIRE(error);
    }
}

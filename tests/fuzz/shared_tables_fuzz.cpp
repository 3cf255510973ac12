// SPDX-License-Identifier: MIT
//
// Any bytes as what a recorded process shares: the head of a slot, then modules, leaves, counters and nodes, a quarter
// of the rest each. The magic is made right, so that the fuzzer reaches what lies behind it. What is made of them must
// be a snapshot that opens, whatever they were.
//
// Side: tests. The body is libFuzzer's; replay.cpp feeds it the committed corpus in every test run.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/descriptor.h"
#include "memory_file.h"
#include "read/shared_snapshot.h"
#include "read/snapshot.h"
#include "read_everything.h"

namespace {

void put(int fd, uint64_t offset, const uint8_t* data, size_t size) {
    if (pwrite(fd, data, size, static_cast<off_t>(offset)) != static_cast<ssize_t>(size)) std::abort();
}

heapkit::Descriptor memory_of(const uint8_t* data, size_t size) {
    heapkit::Descriptor fd(memfd_create("fuzz", MFD_CLOEXEC));
    if (!fd || ftruncate(fd.number(), static_cast<off_t>(PROF_SHARED_SLOT_BYTES)) != 0) std::abort();
    prof_shared head{};
    std::memcpy(&head, data, std::min(size, sizeof head));
    std::memcpy(head.magic, PROF_SHARED_MAGIC, sizeof head.magic);
    head.version = PROF_SHARED_VERSION;
    put(fd.number(), 0, reinterpret_cast<const uint8_t*>(&head), sizeof head);
    if (size <= sizeof head) return fd;
    const size_t quarter = (size - sizeof head) / 4;
    const uint8_t* at = data + sizeof head;
    for (const uint64_t offset : {PROF_SHARED_MODULES_OFFSET, PROF_SHARED_LEAVES_OFFSET, PROF_SHARED_COUNTERS_OFFSET,
                                  PROF_SHARED_NODES_OFFSET}) {
        put(fd.number(), offset, at, quarter);
        at += quarter;
    }
    return fd;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const heapkit::tests::MemoryFile file;
    const heapkit::Descriptor fd = memory_of(data, size);
    const auto tables = heapkit::read::read_shared_tables(fd.number(), 0);
    if (!tables) return 0;
    const std::vector<std::byte> bytes = heapkit::read::snapshot_of(*tables, {});
    const auto* begin = reinterpret_cast<const unsigned char*>(bytes.data());
    file.write({begin, begin + bytes.size()});
    if (!heapkit::read::Snapshot::open(file.path())) std::abort();
    (void)heapkit::tests::read_everything(file.path());
    return 0;
}

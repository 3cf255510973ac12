// SPDX-License-Identifier: MIT
//
// See shared_memory.h.
//
// Side: our process, cli.
#include "process/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <prof/shared.h>

namespace heapkit::cli {
namespace {

Error cannot(const std::string& what) {
    return {"there is no report after a sudden death, and no heapkit top: " + what + ": " + std::strerror(errno), ""};
}

// A file that would pass the limit is answered with a signal that ends us.
bool is_allowed(uint64_t bytes) {
    rlimit limit{};
    return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur >= bytes;
}

// By mapping: to write is a matter of the limit again.
bool write_head(int fd) {
    void* const mapped = mmap(nullptr, PROF_SHARED_HEAD_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED) return false;
    auto* const head = static_cast<prof_shared*>(mapped);
    std::memcpy(head->magic, PROF_SHARED_MAGIC, sizeof head->magic);
    head->version = PROF_SHARED_VERSION;
    munmap(mapped, PROF_SHARED_HEAD_BYTES);
    return true;
}

}  // namespace

Result<SharedMemory> SharedMemory::make(uint32_t slots) {
    const uint64_t bytes = slots * PROF_SHARED_SLOT_BYTES;
    if (!is_allowed(bytes))
        return Error{"there is no report after a sudden death, and no heapkit top: the size of files is limited",
                     "Lift it with: ulimit -f unlimited"};
    Descriptor fd(memfd_create(PROF_SHARED_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd) return cannot("memfd_create");
    if (ftruncate(fd.number(), static_cast<off_t>(bytes)) != 0) return cannot("ftruncate");
    if (fchmod(fd.number(), 0600) != 0) return cannot("fchmod");  // anybody's, as memfd_create makes it
    if (!write_head(fd.number())) return cannot("mmap");
    if (fcntl(fd.number(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) return cannot("F_ADD_SEALS");
    return SharedMemory(std::move(fd));
}

std::string SharedMemory::path() const { return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd()); }

void SharedMemory::release(uint32_t slot) const {
    const auto start = static_cast<off_t>(slot * PROF_SHARED_SLOT_BYTES);
    constexpr int punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    constexpr auto head = static_cast<off_t>(PROF_SHARED_HEAD_BYTES), all = static_cast<off_t>(PROF_SHARED_SLOT_BYTES);
    fallocate(fd(), punch, start + head, all - head);
    fallocate(fd(), punch, start, head);  // last: without an owner it is anybody's
    if (slot == 0) write_head(fd());      // its magic tells what the whole is
}

}  // namespace heapkit::cli

// SPDX-License-Identifier: MIT
//
// A file in memory, under a name that open() takes: for tests that write one ten thousand times.
//
// Side: tests.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace heapkit::tests {

class MemoryFile {
   public:
    MemoryFile() : number_(memfd_create("heapkit-test", MFD_CLOEXEC)) {}
    ~MemoryFile() { close(number_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    void write(const std::vector<unsigned char>& bytes) const {
        if (ftruncate(number_, 0) != 0 || pwrite(number_, bytes.data(), bytes.size(), 0) < 0)
            throw std::runtime_error("cannot write to memory");
    }
    std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }

   private:
    int number_;
};

}  // namespace heapkit::tests

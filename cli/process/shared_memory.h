// SPDX-License-Identifier: MIT
//
// Memory that recorded programs share with us and that outlives them: prof/shared.h.
//
// Side: our process, cli.
#pragma once

#include <cstdint>
#include <string>

#include <heapkit/result.h>
#include "base/descriptor.h"

namespace heapkit::cli {

class SharedMemory {
   public:
    // For as many processes. Errors: no memfd, or a limit on the size of files (ulimit -f), which counts for it too.
    static Result<SharedMemory> make(uint32_t slots);

    int fd() const noexcept { return fd_.number(); }
    // By which a process of the same user opens it, whoever started it and whatever it has closed.
    std::string path() const;

    // Gives a slot back whose process is gone, with the memory in it.
    void release(uint32_t slot) const;

   private:
    explicit SharedMemory(Descriptor fd) noexcept : fd_(std::move(fd)) {}
    Descriptor fd_;
};

}  // namespace heapkit::cli

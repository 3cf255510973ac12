// SPDX-License-Identifier: MIT
//
// Where the globals of each module are, and how large the static thread-local storage is.
//
// Side:    agent, floor 3 (snapshot). Noted by the program's own thread just before the freeze: dl_iterate_phdr takes
//          the dynamic linker's lock, which in the frozen child may be held by a thread that is not there.
// Memory:  a fixed table; modules beyond it are counted in `left_out`.
#pragma once

#include <cstddef>
#include <cstdint>

namespace prof::snapshot {

struct Segment {
    uint64_t bias;  // of its module
    uintptr_t start, end;
};

struct Segments {
    static constexpr size_t most = 4096;
    Segment segment[most];
    size_t count;
    size_t left_out;
    size_t tls_bytes;  // an upper bound, alignment included
};

// Writable segments of all loaded modules but the agent, without the part that is read-only after relocation.
void note_segments(Segments& segments) noexcept;

// Whether `address` lies in the agent's own file.
bool is_agent_address(uintptr_t start, uintptr_t end) noexcept;

}  // namespace prof::snapshot

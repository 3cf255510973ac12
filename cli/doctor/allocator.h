// SPDX-License-Identifier: MIT
//
// Whose malloc answers, and whether its calls pass by the agent.
//
// Side: our process, cli.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "doctor/finding.h"
#include "doctor/patient.h"

namespace heapkit::cli {

// An allocator that is linked into a module and never passes by the agent: hidden, or under names of its own, as Rust's
// and Go's are. What an allocator ahead of the agent's malloc does, the agent notices by itself.
struct Unseen {
    std::string family;    // "jemalloc"; "": unknown
    std::string function;  // "_rjem_malloc"; "" where the symbols were stripped

    std::string text() const;  // "jemalloc (_rjem_malloc)"
};
std::optional<Unseen> unseen_allocator_in(const std::filesystem::path& module);

// The first of the modules that defines malloc; allocators besides that; what replaces operator new.
Findings look_at_allocator(const Patient& patient);

}  // namespace heapkit::cli

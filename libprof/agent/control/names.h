// SPDX-License-Identifier: MIT
//
// What this process is called, and its snapshots after it.
//
// Side: agent, floor 4 (control). Memory: fixed.
#pragma once

#include <cstdint>

#include "base/text.h"

namespace prof::names {

// The executable is /proc/self/exe; the program is called as it was started: one file may be several programs by its
// links, and a script is better known by its own name than by its interpreter's. Once.
void start() noexcept;

const char* executable() noexcept;  // "/usr/bin/jq", "" when unknown
const char* program() noexcept;     // "jq"

// FOLDER/PROGRAM.PID.N.heap.
void snapshot_path(const char* folder, uint32_t number, Path& path) noexcept;

// `path` itself, or under the working directory.
void absolute(const char* path, Path& out) noexcept;

bool exists(const char* path) noexcept;

}  // namespace prof::names

// SPDX-License-Identifier: MIT
//
// One line to standard error, said once and only when a user must know. "heapkit: " stands before it.
//
// Side:    agent, floor 1 (base).
// Signals: async-signal-safe; one write(2), no buffer that outlives the call. What the kernel sends a writer whose
// reader
//          is gone, or whose file is at its limit, does not reach the program.
#pragma once

#include <cstdint>

namespace prof {

// Joins its parts into one line: log_line("cannot open ", path, ": ", error_name(e)). At most 8 parts, 512 bytes.
void log_line(const char* a, const char* b = "", const char* c = "", const char* d = "", const char* e = "",
              const char* f = "") noexcept;

// "ENOSPC (no space left on the device)" for the errors that the agent can meet, "error 123" otherwise. Static text
// or the given buffer.
const char* error_text(int error, char (&buffer)[32]) noexcept;

// Decimal digits of `value`, NUL-terminated, in the given buffer.
const char* digits(uint64_t value, char (&buffer)[24]) noexcept;

// Once, at the very start: lines go to the file that standard error is then, and nowhere else. A program that puts
// another in its place gets no line of ours into it.
void note_standard_error() noexcept;

// When off, log_line writes nothing.
void set_quiet(bool quiet) noexcept;

}  // namespace prof

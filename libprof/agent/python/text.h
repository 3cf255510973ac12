// SPDX-License-Identifier: MIT
//
// What a str says, as UTF-8, and strings of the snapshot that stand for one.
//
// Side:   agent, floor 4 (python). Child of a snapshot only; within a guarded call.
// Memory: one place a str that was taken in (addresses.h), and its text once.
#pragma once

#include "python/addresses.h"
#include "python/interpreter.h"
#include "snapshot/strings.h"

namespace prof::python {

class Texts {
   public:
    Texts(const Interpreter& interpreter, snapshot::Strings& strings) noexcept
        : interpreter_(interpreter), strings_(strings) {}

    static constexpr size_t most_bytes = 512;  // what is longer is cut off

    // The string of the snapshot for what this str says; 0 when it is none, or says nothing.
    uint32_t of(Address text) noexcept;
    // The same of one that is an identifier of ASCII letters, of at most 64 characters; otherwise 0.
    uint32_t of_identifier(Address text) noexcept;
    // Of a text that the interpreter keeps as C does.
    uint32_t of_characters(const char* text, size_t length) noexcept { return strings_.add(text, length); }

    // Writes it behind `used` bytes of a buffer of most_bytes; how many are used then.
    size_t append(Address text, char* buffer, size_t used) const noexcept;

   private:
    bool is_string(Address text) const noexcept;

    const Interpreter& interpreter_;
    snapshot::Strings& strings_;
    Addresses known_, known_identifiers_;
};

}  // namespace prof::python

// SPDX-License-Identifier: MIT
//
// Types that the program declared (prof_type_declare), with their fields. All of it is copied.
//
// Side:    agent, floor 2 (record).
// Threads: finding one that is known takes no lock; adding takes a bounded one, as an event of its thread.
// Memory:  40 bytes for a type, 40 for a field, and the names; append-only. 65,536 types and 1,048,576 fields at most.
#pragma once

#include <atomic>
#include <cstdint>

#include <prof/prof.h>

namespace prof::types {

inline constexpr uint32_t none = 0;
inline constexpr uint32_t most = 1u << 16;  // row 0 among them
inline constexpr uint32_t most_fields = 1u << 20;
inline constexpr uint32_t most_fields_of_one = 1024;
inline constexpr uint32_t most_name_bytes = 16383;
inline constexpr uint64_t most_bytes = uint64_t{1} << 47;

struct Field {
    uint64_t offset, bytes;
    const char* name;
    const char* type;  // "": unknown
    uint32_t flags;    // prof_declared_flag
};

struct Type {
    const char* name;
    uint64_t bytes;
    uint64_t hash;
    uint32_t flags;  // prof_declared_flag
    uint32_t fields_begin, fields_end;
};

// Its number, the same for the same declaration. 0, counted: it makes no sense, there is no room, or a handler that
// interrupted the recorder declares a new one. 0 also before the recorder starts and when it sleeps for good.
uint32_t declare(const prof_type_declaration* said) noexcept;

extern std::atomic<uint32_t> total;
inline uint32_t count() noexcept { return total.load(std::memory_order_acquire); }  // row 0 included
const Type& type(uint32_t number) noexcept;
uint32_t field_count() noexcept;
const Field& field(uint32_t number) noexcept;

void reset_lock() noexcept;  // after a fork

}  // namespace prof::types

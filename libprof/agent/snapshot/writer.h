// SPDX-License-Identifier: MIT
//
// What the passes of a snapshot hand on to each other.
//
// Side: agent, floor 3 (snapshot). Child of a snapshot only: one thread, ends with the process. write.cpp calls the
// passes in order and is the place to read first.
#pragma once

#include <cstdint>

#include <prof/format.h>

#include "record/tables.h"
#include "snapshot/clock.h"
#include "snapshot/frozen.h"
#include "snapshot/growing.h"
#include "snapshot/index.h"
#include "snapshot/maps.h"
#include "snapshot/output.h"
#include "snapshot/strings.h"
#include "snapshot/targets.h"

namespace prof::snapshot {

// A root of one word, which is not as it stands in memory.
struct Held {
    prof_root root;
    uint64_t value;
};

struct Writer {
    explicit Writer(const Frozen& facts) noexcept
        : frozen(facts), deadline(facts.began_ns + uint64_t{facts.order.deadline_seconds} * 1'000'000'000) {}

    const Frozen& frozen;
    Deadline deadline;
    Output output;
    Strings strings;
    Maps maps;
    Index index;
    bool has_index = false;
    uint64_t block_count = 0, block_bytes = 0;
    uint64_t counted_blocks = 0, counted_bytes = 0;  // the same, or what these stand for when they are a sample
    unsigned grain_log2 = 4;
    Ranges ranges;  // modules and stacks
    Growing<prof_module> modules;
    Growing<prof_thread> threads;
    Growing<uintptr_t> thread_pointers;  // of `threads`; 0: unknown
    Growing<prof_thread_storage> thread_storage;
    Growing<tables::Block> in_flight;  // by address: live, but in no table
    Growing<prof_pool> pools;
    Growing<uint64_t> reported;  // a bit for each row that is not malloc's: the program or a guest handed it out itself
    Growing<prof_root> roots;    // their words not yet read
    Growing<Held> held;

    bool is_reported(uint32_t row) const noexcept {
        return row / 64 < reported.size() && (reported[row / 64] >> (row % 64) & 1) != 0;
    }
    bool mark_reported(uint32_t row) noexcept {
        while (reported.size() <= row / 64)
            if (!reported.push(0)) return false;
        reported[row / 64] |= uint64_t{1} << (row % 64);
        return true;
    }
};

// The passes, each in the file of its name.
void list_modules(Writer& writer) noexcept;  // modules.cpp
void list_threads(Writer& writer) noexcept;  // threads.cpp
void count_blocks(Writer& writer) noexcept;  // blocks.cpp
void count_sample(Writer& writer) noexcept;  // sample.cpp
void write_sample(Writer& writer) noexcept;
void write_blocks(Writer& writer) noexcept;
void write_residency(Writer& writer) noexcept;      // residency.cpp: before anything reads the program's memory
void list_roots(Writer& writer) noexcept;           // roots.cpp
void list_thread_storage(Writer& writer) noexcept;  // thread_storage.cpp: adds to the roots
void list_mappings(Writer& writer) noexcept;        // mappings.cpp
// A thread's vector of dynamic thread-local storage, when it is a block: it is pointed to 16 bytes from its start.
void hold_vector(Writer& writer, prof_root_kind kind, size_t owner, uintptr_t control_block) noexcept;
void write_words_and_slacks(Writer& writer) noexcept;  // blocks.cpp
void write_slacks(Writer& writer) noexcept;
void write_hashes(Writer& writer) noexcept;  // hashes.cpp
void write_stacks(Writer& writer) noexcept;  // sections.cpp
void write_declared(Writer& writer) noexcept;  // declared.cpp
void write_small_sections(Writer& writer) noexcept;

}  // namespace prof::snapshot

// SPDX-License-Identifier: MIT
//
// The small sections of a snapshot, and the proof that every index in them is in range.
//
// Side:    heap, floor 2 (read).
// Threads: const once read.
// Memory:  spans of the mapped file; copies of rows only when a later minor version made them longer, and of stacks
//          when they have tags.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <prof/format.h>

#include "read/sections.h"
#include "read/tags.h"

namespace heapkit::read {

struct SmallSections {
    prof_process process = {};
    std::span<const char> strings;  // begins and ends with NUL, so that every offset below its size is a C string
    std::span<const prof_module> modules;
    std::span<const prof_map> maps;
    std::span<const prof_thread> threads;
    std::span<const prof_thread_storage> thread_storage;
    std::span<const prof_tick> timeline;
    std::span<const uint64_t> node_pc;
    std::span<const uint32_t> node_parent;
    std::span<const prof_stack> stacks;
    std::span<const uint64_t> losses;
    std::span<const prof_declared_type> declared_types;
    std::span<const prof_declared_field> declared_fields;
    std::span<const prof_domain> domains;
    std::vector<Tag> tags;  // by stack; empty when none has one

    struct Copies {
        std::vector<prof_process> process;
        std::vector<prof_module> modules;
        std::vector<prof_map> maps;
        std::vector<prof_thread> threads;
        std::vector<prof_thread_storage> thread_storage;
        std::vector<prof_tick> timeline;
        std::vector<prof_stack> stacks;
        std::vector<prof_declared_type> declared_types;
        std::vector<prof_declared_field> declared_fields;
        std::vector<prof_domain> domains;
    } copies;
};

Result<SmallSections> read_small_sections(const Sections& sections);

}  // namespace heapkit::read

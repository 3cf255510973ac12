// SPDX-License-Identifier: MIT
//
// Reads a snapshot to its last column and follows every index in it, as analyses will. For tests of damage.
//
// Side: tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "read/snapshot.h"

namespace heapkit::tests {

// Nothing when all of it could be read; otherwise the first error. Touches whatever an index leads to, so that a
// sanitizer sees one that was let through.
inline std::optional<Error> read_everything(const std::filesystem::path& path) {
    const auto opened = read::Snapshot::open(path);
    if (!opened) return opened.error();
    const read::Snapshot& snapshot = *opened;
    volatile uint64_t sum = snapshot.program().size();
    const auto touch = [&](uint64_t value) { sum = sum + value; };
    for (const prof_module& module : snapshot.modules()) touch(snapshot.string(module.path).size());
    for (const prof_map& map : snapshot.maps()) touch(snapshot.string(map.path).size());
    for (size_t i = 1; i < snapshot.node_parent().size(); ++i) touch(snapshot.node_pc()[snapshot.node_parent()[i]]);
    for (const prof_stack& stack : snapshot.stacks()) touch(snapshot.node_pc()[stack.node]);
    const auto blocks = snapshot.blocks();
    if (!blocks) return blocks.error();
    for (size_t i = 0; i < blocks->count(); ++i) {
        touch(snapshot.stacks()[blocks->stack[i]].node);
        touch(snapshot.timeline()[blocks->birth[i]].elapsed_ns);
    }
    const auto words = snapshot.words();
    if (!words) return words.error();
    for (size_t i = 0; i < words->slot.size(); ++i) touch(words->slot[i] + uint64_t{words->value[i]});
    for (const prof_root& root : words->roots)
        for (uint64_t i = root.words_begin; i < root.words_end; ++i) touch(words->slot[i]);
    return std::nullopt;
}

}  // namespace heapkit::tests

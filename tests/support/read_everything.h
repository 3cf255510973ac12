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
    for (const prof_declared_type& type : snapshot.declared_types()) {
        touch(snapshot.string(type.name).size());
        for (const prof_declared_field& field : snapshot.declared_fields(type))
            touch(snapshot.string(field.name).size() + snapshot.string(field.type).size());
    }
    for (const prof_domain& domain : snapshot.domains())
        touch(snapshot.string(domain.name).size() + snapshot.domains()[domain.parent].name);
    for (size_t stack = 0; stack < snapshot.stacks().size(); ++stack) {
        const read::Tag tag = snapshot.tag_of(StackId(stack));
        if (tag.type != 0) touch(snapshot.declared_types()[tag.type].bytes);
        if (tag.domain != 0) touch(snapshot.domains()[tag.domain].parent);
    }
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
    const auto python = snapshot.python();
    if (!python) return python.error();
    for (uint32_t object = 0; object < python->objects.size(); ++object) {
        const prof_python_object& one = python->objects[object];
        touch(python->types[one.type].name + snapshot.string(one.text).size());
        if (one.block != PROF_PYTHON_NONE) touch(blocks->address[one.block]);
        for (const prof_python_reference& reference : python->references_of(object))
            touch(python->objects[reference.to].address);
    }
    for (const prof_python_root& root : python->roots)
        touch(python->references_of(root).size() + snapshot.string(root.name).size());
    const auto residency = snapshot.residency();
    if (!residency) return residency.error();
    for (size_t range = 0; range < residency->ranges.size(); ++range)
        for (uint64_t page = 0; page < residency->ranges[range].page_count; ++page)
            touch(static_cast<uint64_t>(residency->state(range, page)));
    const auto hashes = snapshot.hashes();
    if (!hashes) return hashes.error();
    read::ResidencyCursor cursor(*residency);
    read::StateBytes bytes = {};
    for (size_t i = 0; i < blocks->count(); ++i) {
        cursor.add(blocks->address[i], blocks->size_bytes(BlockId(i)), bytes);
        if (!hashes->empty()) touch((*hashes)[i]);
    }
    for (const uint64_t each : bytes) touch(each);
    return std::nullopt;
}

}  // namespace heapkit::tests

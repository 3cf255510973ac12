// SPDX-License-Identifier: MIT
//
// A small heap of Python: a module's list of one instance, which has a dict.
//
// Side: tests.
#pragma once

#include "snapshot_writer.h"

namespace heapkit::tests {

// Objects, and the blocks in which they lie, 16 bytes behind their start.
constexpr uint32_t instance_row = 0, dict_row = 1, string_row = 2, list_row = 3, table_block = 4, items_block = 5;

//     module app  --USERS-->  list  --[0]-->  UserRecord  --__dict__-->  dict  --email-->  str
inline SnapshotWriter python_sample() {
    SnapshotWriter writer;
    NewPython& python = writer.python;
    python.is_there = true;
    python.facts.version = 0x030b02f0;
    python.facts.version_text = writer.string("3.11.2");
    const uint32_t app = writer.string("app"), builtins = writer.string("builtins");
    const auto type = [&](const char* name, uint32_t module, uint32_t flags) {
        python.types.push_back({writer.string(name), module, PROF_PYTHON_NONE, flags});
        return static_cast<uint32_t>(python.types.size() - 1);
    };
    type("unknown", builtins, 0);
    const uint32_t types[] = {type("UserRecord", app, 0), type("dict", builtins, PROF_PYTHON_IS_STATIC),
                              type("str", builtins, PROF_PYTHON_IS_STATIC),
                              type("list", builtins, PROF_PYTHON_IS_STATIC)};
    python.types[types[dict_row]].flags |= PROF_PYTHON_IS_DICT;
    python.types[types[list_row]].flags |= PROF_PYTHON_IS_LIST;
    for (uint32_t row = 0; row <= list_row; ++row) {
        const uint64_t address = 0x10000 + 0x100 * row;
        writer.block({.address = address, .size_bytes = 80});
        python.objects.push_back({address + 16, types[row], row, 1, PROF_PYTHON_TRACKED, 0, 0});
    }
    const BlockId table = writer.block({.address = 0x20000, .size_bytes = 256});
    const BlockId items = writer.block({.address = 0x20200, .size_bytes = 8});
    writer.word(BlockId(instance_row), 32, Pointer{BlockId(dict_row), 16});
    writer.word(BlockId(dict_row), 16 + 32, Pointer{table});
    writer.word(BlockId(list_row), 16 + 24, Pointer{items});
    writer.word(table, 40, Pointer{BlockId(string_row), 16});
    writer.word(items, 0, Pointer{BlockId(instance_row), 16});
    const auto refer = [&](uint32_t to, prof_python_name_kind kind, uint32_t value) {
        python.references.push_back({to, value << PROF_PYTHON_NAME_BITS | kind});
        return static_cast<uint32_t>(python.references.size());
    };
    python.objects[instance_row].references_end = refer(dict_row, PROF_PYTHON_ATTRIBUTE, writer.string("__dict__"));
    python.objects[dict_row].references_end = refer(string_row, PROF_PYTHON_KEY, writer.string("email"));
    python.objects[string_row].references_end = 2;
    python.objects[list_row].references_end = refer(instance_row, PROF_PYTHON_INDEX, 0);
    refer(list_row, PROF_PYTHON_VARIABLE, writer.string("USERS"));
    prof_python_root root = {};
    root.kind = PROF_PYTHON_MODULE;
    root.name = app;
    root.thread = PROF_PYTHON_NONE;
    root.references_begin = 3;
    root.references_end = 4;
    python.roots.push_back(root);
    return writer;
}

}  // namespace heapkit::tests

// SPDX-License-Identifier: MIT
//
// The sections of Python, checked so that whoever follows a reference needs to look at nothing again.
//
// Side: heap, floor 2 (read).
#include "read/python.h"

#include "read/columns.h"

namespace heapkit::read {
namespace {

using Wrong = const char*;  // nullptr: nothing is

bool is_string(const SmallSections& small, uint32_t offset) { return offset < small.strings.size(); }

Wrong wrong_with_types(const Python& python, const SmallSections& small) {
    for (const prof_python_type& type : python.types) {
        if (!is_string(small, type.name) || !is_string(small, type.module)) return "names a string that does not exist";
        if (type.object != PROF_PYTHON_NONE && type.object >= python.objects.size())
            return "names an object that does not exist";
    }
    return nullptr;
}

Wrong wrong_with_objects(const Python& python, const SmallSections& small, const Blocks& blocks) {
    uint32_t last_end = 0;
    for (const prof_python_object& object : python.objects) {
        if (object.type >= python.types.size()) return "names a type that does not exist";
        if (object.block != PROF_PYTHON_NONE) {
            if (object.block >= blocks.count()) return "names a block that does not exist";
            const uint64_t into_bytes = object.address - blocks.address[object.block];
            if (into_bytes >= blocks.reach_bytes(BlockId(object.block))) return "has an object outside its block";
        }
        if (!is_string(small, object.text)) return "names a string that does not exist";
        if (object.references_end < last_end || object.references_end > python.references.size())
            return "names references that do not exist";
        last_end = object.references_end;
    }
    return nullptr;
}

bool is_text(uint32_t kind) {
    return kind == PROF_PYTHON_ATTRIBUTE || kind == PROF_PYTHON_KEY || kind == PROF_PYTHON_CELL ||
           kind == PROF_PYTHON_VARIABLE;
}

Wrong wrong_with_references(const Python& python, const SmallSections& small) {
    for (const prof_python_reference& reference : python.references) {
        if (reference.to >= python.objects.size()) return "leads to an object that does not exist";
        if (is_text(kind_of_name(reference.name)) && !is_string(small, value_of_name(reference.name)))
            return "names a string that does not exist";
    }
    return nullptr;
}

Wrong wrong_with_roots(const Python& python, const SmallSections& small) {
    uint64_t last_end = python.objects.empty() ? 0 : python.objects.back().references_end;
    for (const prof_python_root& root : python.roots) {
        if (!is_string(small, root.name) || !is_string(small, root.file)) return "names a string that does not exist";
        if (root.thread != PROF_PYTHON_NONE && root.thread >= small.threads.size())
            return "names a thread that does not exist";
        if (root.references_begin < last_end || root.references_end < root.references_begin ||
            root.references_end > python.references.size())
            return "names references that do not exist";
        last_end = root.references_end;
    }
    return nullptr;
}

template <typename Row>
std::optional<Error> read_rows(const Sections& sections, prof_section_id id, std::vector<Row>& copied,
                               std::span<const Row>& into) {
    const auto rows = sections.rows<Row>(id, copied);
    if (!rows) return rows.error();
    into = *rows;
    return std::nullopt;
}

}  // namespace

Result<Python> read_python(const Sections& sections, const SmallSections& small, const Blocks& blocks,
                           PythonColumns& columns) {
    Python python;
    std::span<const prof_python> facts;
    if (auto error = read_rows(sections, PROF_SECTION_PYTHON, columns.facts, facts)) return *error;
    if (facts.empty()) return python;
    if (facts.size() != 1) return sections.damaged(PROF_SECTION_PYTHON, "occurs more than once");
    python.facts = facts[0];
    python.is_there = true;
    if (!is_string(small, python.facts.version_text))
        return sections.damaged(PROF_SECTION_PYTHON, "names a string that does not exist");
    if (auto error = read_rows(sections, PROF_SECTION_PYTHON_TYPES, columns.types, python.types)) return *error;
    if (auto error = read_rows(sections, PROF_SECTION_PYTHON_OBJECTS, columns.objects, python.objects)) return *error;
    if (auto error = read_rows(sections, PROF_SECTION_PYTHON_REFERENCES, columns.references, python.references))
        return *error;
    if (auto error = read_rows(sections, PROF_SECTION_PYTHON_ROOTS, columns.roots, python.roots)) return *error;
    if (python.objects.size() >= PROF_PYTHON_NONE || python.references.size() > UINT32_MAX)
        return sections.damaged(PROF_SECTION_PYTHON_OBJECTS, "is too long");
    if (const Wrong wrong = wrong_with_types(python, small)) return sections.damaged(PROF_SECTION_PYTHON_TYPES, wrong);
    if (const Wrong wrong = wrong_with_objects(python, small, blocks))
        return sections.damaged(PROF_SECTION_PYTHON_OBJECTS, wrong);
    if (const Wrong wrong = wrong_with_references(python, small))
        return sections.damaged(PROF_SECTION_PYTHON_REFERENCES, wrong);
    if (const Wrong wrong = wrong_with_roots(python, small)) return sections.damaged(PROF_SECTION_PYTHON_ROOTS, wrong);
    return python;
}

}  // namespace heapkit::read

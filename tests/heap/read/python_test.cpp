// SPDX-License-Identifier: MIT
//
// The sections of Python: read as they stand, and refused when an index in them leads nowhere.
//
// Side: tests.
#include <functional>

#include "catch.h"
#include "memory_file.h"
#include "python/objects.h"
#include "python_sample.h"
#include "read/snapshot.h"
#include "read_everything.h"
#include "temporary_folder.h"

using namespace heapkit;
using namespace heapkit::tests;
using read::Snapshot;

namespace {

// What is wrong with the sample when a row of it was changed; "" when it is still read.
template <typename Row>
std::string verdict_on(prof_section_id section, const std::function<void(Row&)>& damage, size_t row = 0) {
    Bytes file = python_sample().bytes();
    damage(element_of<Row>(file, section, row));
    reseal(file);
    const TemporaryFolder folder;
    write_file(folder / "1.heap", file);
    const auto opened = Snapshot::open(folder / "1.heap");
    REQUIRE(opened);
    const auto python = opened->python();
    if (python) return "";
    const size_t quote = python.error().what.rfind('"');
    REQUIRE(quote != std::string::npos);
    return python.error().what.substr(quote + 2);
}

std::string verdict_on_object(const std::function<void(prof_python_object&)>& damage) {
    return verdict_on<prof_python_object>(PROF_SECTION_PYTHON_OBJECTS, damage, instance_row);
}
std::string verdict_on_root(const std::function<void(prof_python_root&)>& damage) {
    return verdict_on<prof_python_root>(PROF_SECTION_PYTHON_ROOTS, damage);
}

}  // namespace

TEST_CASE("the objects of an interpreter are read as they stand") {
    const TemporaryFolder folder;
    python_sample().write(folder / "1.heap");
    CHECK_FALSE(read_everything(folder / "1.heap"));
    const auto snapshot = Snapshot::open(folder / "1.heap");
    REQUIRE(snapshot);
    const auto python = snapshot->python();
    REQUIRE(python);
    CHECK(python->is_there);
    REQUIRE(python->objects.size() == 4);
    CHECK(python->references_of(instance_row).size() == 1);
    CHECK(python->references_of(python->roots[0]).size() == 1);
}

TEST_CASE("a snapshot of a process without an interpreter has none") {
    const TemporaryFolder folder;
    SnapshotWriter writer;
    writer.block({});
    writer.write(folder / "1.heap");
    const auto snapshot = Snapshot::open(folder / "1.heap");
    REQUIRE(snapshot);
    const auto python = snapshot->python();
    REQUIRE(python);
    CHECK_FALSE(python->is_there);
    CHECK_FALSE(python->has_objects());
}

TEST_CASE("an index of Python's that leads nowhere is damage") {
    CHECK(verdict_on_object([](auto& object) { object.type = 9; }) == "names a type that does not exist");
    CHECK(verdict_on_object([](auto& object) { object.block = 9; }) == "names a block that does not exist");
    CHECK(verdict_on_object([](auto& object) { object.address += 4096; }) == "has an object outside its block");
    CHECK(verdict_on_object([](auto& object) { object.text = 1 << 20; }) == "names a string that does not exist");
    CHECK(verdict_on_object([](auto& object) { object.references_end = 99; }) == "names references that do not exist");
    CHECK(verdict_on_root([](auto& root) { root.name = 1 << 20; }) == "names a string that does not exist");
    CHECK(verdict_on_root([](auto& root) { root.thread = 7; }) == "names a thread that does not exist");
    CHECK(verdict_on_root([](auto& root) { root.references_begin = 0; }) == "names references that do not exist");
    CHECK(verdict_on<prof_python_reference>(PROF_SECTION_PYTHON_REFERENCES, [](auto& one) { one.to = 9; }) ==
          "leads to an object that does not exist");
    CHECK(verdict_on<prof_python_type>(PROF_SECTION_PYTHON_TYPES, [](auto& type) { type.object = 9; }) ==
          "names an object that does not exist");
    CHECK(verdict_on<prof_python>(PROF_SECTION_PYTHON, [](auto& facts) { facts.version_text = 1 << 20; }) ==
          "names a string that does not exist");
}

TEST_CASE("the dict of an instance is the instance, and its table a part of it") {
    const TemporaryFolder folder;
    python_sample().write(folder / "1.heap");
    const auto snapshot = Snapshot::open(folder / "1.heap");
    REQUIRE(snapshot);
    const auto blocks = snapshot->blocks();
    const auto words = snapshot->words();
    REQUIRE(blocks);
    REQUIRE(words);
    const auto python = snapshot->python();
    REQUIRE(python);
    const python::Objects objects(*snapshot, *python, *blocks, *words);
    CHECK(objects.in(BlockId(instance_row)) == instance_row);
    CHECK(objects.header_bytes(instance_row) == 16);
    CHECK(objects.whole_of(dict_row) == instance_row);
    CHECK(objects.part_of(BlockId(table_block)) == dict_row);
    CHECK(objects.whole_of(BlockId(table_block)) == BlockId(instance_row));
    CHECK(objects.full_type_name(python->objects[instance_row].type) == "app.UserRecord");
    CHECK(objects.full_type_name(python->objects[dict_row].type) == "dict");
    CHECK(objects.part_name(python->objects[dict_row].type) == "dict table");
    CHECK(objects.label(0) == "__dict__");
    CHECK(objects.label(1) == "email");
    CHECK(objects.source_of(1) == dict_row);
    CHECK(objects.root_of(3) == 0);
    CHECK(objects.root_name(0) == "app");
    CHECK(objects.label(3) == "USERS");
}

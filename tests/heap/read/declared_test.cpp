// SPDX-License-Identifier: MIT
//
// What a program declared of its types and domains: tags are taken off the stacks, and whatever cannot be is named.
//
// Side: tests.
#include <functional>

#include "catch.h"
#include "memory_file.h"
#include "read/snapshot.h"
#include "read_everything.h"
#include "snapshot_writer.h"
#include "temporary_folder.h"

using namespace heapkit;
using namespace heapkit::tests;
using read::Snapshot;
using read::Tag;

namespace {

constexpr uint32_t session = 1, anonymous = 2;  // rows of types
constexpr uint32_t server = 1, request = 2;     // rows of domains

// Two types, two domains, and a stack with and without them.
SnapshotWriter declared() {
    SnapshotWriter writer;
    writer.declare({.name = "7Session",
                    .size_bytes = 48,
                    .fields = {{.name = "name_", .type = "std::string", .offset = 0, .size_bytes = 32},
                               {.name = "next_", .type = "7Session", .offset = 32, .flags = PROF_DECLARED_POINTER}},
                    .flags = PROF_DECLARED_MANGLED});
    writer.declare({.name = "Packet", .size_bytes = 16});
    writer.domain("server");
    writer.domain("request", server);
    const StackId plain = writer.stack({0x401010, 0x402020});
    writer.block({.size_bytes = 48, .stack = plain});
    writer.block({.size_bytes = 48, .stack = writer.tagged(plain, {.type = session})});
    writer.block({.size_bytes = 48, .stack = writer.tagged(plain, {.type = session, .domain = request})});
    writer.block({.size_bytes = 16, .stack = writer.tagged(StackId(), {.type = anonymous, .domain = server})});
    return writer;
}

constexpr uint32_t first_tag = 3;  // node: behind the empty stack and two frames

std::string verdict_on(const std::function<void(Bytes&)>& damage) {
    Bytes file = declared().bytes();
    damage(file);
    reseal(file);
    const MemoryFile memory;
    memory.write(file);
    const auto opened = Snapshot::open(memory.path());
    const std::string prefix = memory.path() + " is damaged: its section ";
    if (opened) return "";
    REQUIRE(opened.error().what.starts_with(prefix));
    return opened.error().what.substr(prefix.size());
}

std::string with_type(const std::function<void(prof_declared_type&)>& damage) {
    return verdict_on(
        [&](Bytes& file) { damage(element_of<prof_declared_type>(file, PROF_SECTION_DECLARED_TYPES, session)); });
}
std::string with_field(size_t index, const std::function<void(prof_declared_field&)>& damage) {
    return verdict_on(
        [&](Bytes& file) { damage(element_of<prof_declared_field>(file, PROF_SECTION_DECLARED_FIELDS, index)); });
}
std::string with_domain(size_t index, const std::function<void(prof_domain&)>& damage) {
    return verdict_on([&](Bytes& file) { damage(element_of<prof_domain>(file, PROF_SECTION_DOMAINS, index)); });
}
std::string with_tag(uint64_t domain, uint64_t type) {
    return verdict_on([&](Bytes& file) {
        element_of<uint64_t>(file, PROF_SECTION_NODE_PC, first_tag) =
            read::empty_tag | domain << PROF_TAG_DOMAIN_SHIFT | type;
    });
}

}  // namespace

TEST_CASE("a stack begins at the frame that called malloc, and its tag stands beside it") {
    const TemporaryFolder folder;
    declared().write(folder / "1.heap");
    const auto opened = Snapshot::open(folder / "1.heap");
    REQUIRE(opened);
    const auto blocks = opened->blocks();
    REQUIRE(blocks);
    const auto innermost = [&](size_t block) { return opened->node_pc()[opened->stacks()[blocks->stack[block]].node]; };
    const auto tag = [&](size_t block) { return opened->tag_of(blocks->stack_of(BlockId(block))); };
    for (const size_t block : {0, 1, 2}) CHECK(innermost(block) == 0x401010);
    CHECK(innermost(3) == 0);
    CHECK(tag(0) == Tag{});
    CHECK(tag(1) == Tag{.type = session});
    CHECK(tag(2) == Tag{.domain = request, .type = session});
    CHECK(tag(3) == Tag{.domain = server, .type = anonymous});
}

TEST_CASE("declared types have names and fields, and domains the one around them") {
    const TemporaryFolder folder;
    declared().write(folder / "1.heap");
    const auto opened = Snapshot::open(folder / "1.heap");
    REQUIRE(opened);
    REQUIRE(opened->declared_types().size() == 3);
    const prof_declared_type& type = opened->declared_types()[session];
    CHECK(opened->string(type.name) == "7Session");
    REQUIRE(opened->declared_fields(type).size() == 2);
    CHECK(opened->string(opened->declared_fields(type)[1].name) == "next_");
    CHECK(opened->declared_fields(opened->declared_types()[anonymous]).empty());
    REQUIRE(opened->domains().size() == 3);
    CHECK(opened->string(opened->domains()[request].name) == "request");
    CHECK(opened->domains()[request].parent == server);
}

TEST_CASE("a snapshot in which nothing was declared has no tags") {
    const TemporaryFolder folder;
    SnapshotWriter writer;
    const StackId stack = writer.stack({0x401010});
    writer.write(folder / "1.heap");
    const auto opened = Snapshot::open(folder / "1.heap");
    REQUIRE(opened);
    CHECK(opened->declared_types().empty());
    CHECK(opened->domains().empty());
    CHECK(opened->tag_of(stack) == Tag{});
}

TEST_CASE("damaged declarations are named") {
    CHECK(verdict_on([](Bytes&) {}).empty());
    CHECK(with_type([](auto& type) { type.name = 1 << 20; }) ==
          "\"declared types\" names a string that does not exist");
    CHECK(with_type([](auto& type) { type.fields_end = 3; }) == "\"declared types\" names fields that do not exist");
    CHECK(with_type([](auto& type) { type.fields_begin = 3; }) == "\"declared types\" names fields that do not exist");
    CHECK(with_type([](auto& type) { type.bytes = 39; }) ==
          "\"declared types\" has a field that does not lie in its type");
    CHECK(with_field(1, [](auto& field) { field.bytes = UINT64_MAX; }) ==
          "\"declared types\" has a field that does not lie in its type");
    CHECK(with_field(0, [](auto& field) { field.offset = 40, field.bytes = 8; }) ==
          "\"declared types\" has a type whose fields are not in ascending order");
    CHECK(with_field(0, [](auto& field) { field.name = 1 << 20; }) ==
          "\"declared fields\" names a string that does not exist");
    CHECK(with_field(0, [](auto& field) { field.type = 1 << 20; }) ==
          "\"declared fields\" names a string that does not exist");
    CHECK(with_domain(1, [](auto& domain) { domain.name = 1 << 20; }) ==
          "\"domains\" names a string that does not exist");
    for (const size_t domain : {0, 1, 2})
        CHECK(with_domain(domain, [](auto& row) { row.parent = 2; }) ==
              "\"domains\" has a domain that does not come after the one around it");
}

TEST_CASE("damaged tags are named") {
    CHECK(with_tag(0, 0).empty());
    CHECK(with_tag(0, 3) == "\"call tree addresses\" has a tag of a type that does not exist");
    CHECK(with_tag(3, 0) == "\"call tree addresses\" has a tag of a domain that does not exist");
    CHECK(verdict_on([](Bytes& file) { element_of<uint64_t>(file, PROF_SECTION_NODE_PC, 0) = read::empty_tag; }) ==
          "\"call tree addresses\" has a tag as the empty stack");
    CHECK(verdict_on([](Bytes& file) {
              element_of<uint32_t>(file, PROF_SECTION_NODE_PARENT, first_tag + 1) = first_tag;
          }) == "\"call tree addresses\" has a tag that calls something");
}

TEST_CASE("any byte of a snapshot with declarations may be wrong") {
    const MemoryFile file;
    const Bytes good = declared().bytes();
    for (size_t at = sizeof(prof_header); at < good.size(); ++at) {
        Bytes bad = good;
        bad[at] = static_cast<unsigned char>(bad[at] ^ 0x81);
        reseal(bad);
        file.write(bad);
        const auto error = read_everything(file.path());
        if (error && error->what.find(file.path()) == std::string::npos) FAIL("no name in: " << error->what);
    }
    SUCCEED();
}

// SPDX-License-Identifier: MIT
//
// Snapshot::open: what it gives for a good file, and what it says of every other.
//
// Side: tests.
#include <sys/stat.h>

#include <cstring>
#include <fstream>

#include "base/mapped_file.h"
#include "catch.h"
#include "read/snapshot.h"
#include "sample.h"
#include "temporary_folder.h"

using namespace heapkit;
using namespace heapkit::tests;
using read::Snapshot;

namespace {

struct Refusal {
    std::string what, hint;
};

// What open() says of a file with this content; "" when it takes it.
Refusal refusal_of(const Bytes& content) {
    const TemporaryFolder folder;
    write_file(folder / "1.heap", content);
    const auto opened = Snapshot::open(folder / "1.heap");
    if (opened) return {};
    const std::string path = folder / "1.heap";
    REQUIRE(opened.error().what.starts_with(path));
    return {opened.error().what.substr(path.size()), opened.error().hint};
}

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

prof_header& header_of(Bytes& file) { return *reinterpret_cast<prof_header*>(file.data()); }

}  // namespace

TEST_CASE("a snapshot gives back what was written") {
    const TemporaryFolder folder;
    sample().write(folder / "1.heap");
    const auto opened = Snapshot::open(folder / "1.heap");
    REQUIRE(opened);
    const Snapshot& snapshot = *opened;
    CHECK(snapshot.path() == folder / "1.heap");
    CHECK(snapshot.program() == "program");
    CHECK(snapshot.process().pid == 1000);
    CHECK(snapshot.process().live_bytes == 164);
    CHECK(snapshot.modules().size() == 1);
    CHECK(snapshot.string(snapshot.modules()[0].path) == "/bin/program");
    CHECK(snapshot.maps().size() == 1);
    CHECK(snapshot.threads().size() == 2);
    CHECK(snapshot.timeline().size() == 2);
    CHECK(snapshot.node_pc().size() == 5);
    CHECK(snapshot.node_parent()[4] == 2);
    CHECK(snapshot.stacks().size() == 3);
    CHECK(snapshot.stacks()[2].allocated_bytes == 400);
    CHECK(snapshot.lost(PROF_LOSS_WORDS) == 5);
    CHECK(snapshot.lost(PROF_LOSS_DEADLINE_BLOCKS) == 0);

    const auto blocks = snapshot.blocks();
    REQUIRE(blocks);
    CHECK(blocks->count() == 2);
    CHECK(blocks->size_bytes(BlockId(size_t{1})) == 100);
    CHECK(blocks->thread_slot(BlockId(size_t{1})) == 2);
    const auto words = snapshot.words();
    REQUIRE(words);
    CHECK(words->block_end[0] == 7);
    CHECK(words->roots.size() == 3);
    CHECK(words->targets.size() == 2);
}

TEST_CASE("a snapshot can be moved while its columns are in use") {
    const TemporaryFolder folder;
    sample().write(folder / "1.heap");
    auto opened = Snapshot::open(folder / "1.heap");
    REQUIRE(opened);
    const auto blocks = opened->blocks();
    const Snapshot moved = *std::move(opened);
    CHECK(moved.blocks()->address.data() == blocks->address.data());
    CHECK(moved.program() == "program");
}

TEST_CASE("a snapshot without contents has no words, and says so for every block") {
    SnapshotWriter writer;
    writer.block({});
    writer.block({});
    Bytes file = writer.bytes();
    section_of(file, PROF_SECTION_BLOCK_WORDS_END).id = 1000;  // as if it were not there
    reseal(file);
    const TemporaryFolder folder;
    write_file(folder / "1.heap", file);
    const auto opened = Snapshot::open(folder / "1.heap");
    REQUIRE(opened);
    const auto words = opened->words();
    REQUIRE(words);
    CHECK(words->block_end.size() == 2);
    CHECK(words->block_end[1] == 0);
}

TEST_CASE("sections and minor versions that are not known are no reason to refuse") {
    Bytes file = sample().bytes();
    header_of(file).version_minor = 9;
    section_of(file, PROF_SECTION_MAPS).id = 777;
    reseal(file);
    CHECK(refusal_of(file).what.empty());
}

TEST_CASE("longer rows of a later minor version are cut to what is known") {
    // The memory map becomes one row of twice the length.
    SnapshotWriter writer;
    writer.map(0x1000, 0x2000, "a");
    writer.map(0x3000, 0x4000, "b");
    Bytes file = writer.bytes();
    prof_section& maps = section_of(file, PROF_SECTION_MAPS);
    maps.element_bytes *= 2;
    maps.element_count = 1;
    reseal(file);
    const TemporaryFolder folder;
    write_file(folder / "1.heap", file);
    const auto opened = Snapshot::open(folder / "1.heap");
    REQUIRE(opened);
    REQUIRE(opened->maps().size() == 1);
    CHECK(opened->maps()[0].start == 0x1000);
}

TEST_CASE("shorter rows of an earlier version lack what they lack") {
    SnapshotWriter writer;
    writer.thread({.tid = 7, .slot = 2, .name = "old", .program_counter = 0x1234});
    Bytes file = writer.bytes();
    REQUIRE(element_of<prof_thread>(file, PROF_SECTION_THREADS, 1).program_counter == 0x1234);
    prof_section& threads = section_of(file, PROF_SECTION_THREADS);
    unsigned char* row = file.data() + threads.offset;
    std::memmove(row + PROF_THREAD_BYTES_1_0, row + sizeof(prof_thread), PROF_THREAD_BYTES_1_0);
    threads.element_bytes = PROF_THREAD_BYTES_1_0;
    reseal(file);
    const TemporaryFolder folder;
    write_file(folder / "1.heap", file);
    const auto opened = Snapshot::open(folder / "1.heap");
    REQUIRE(opened);
    REQUIRE(opened->threads().size() == 2);
    CHECK(opened->threads()[1].tid == 7);
    CHECK(std::string(opened->threads()[1].name) == "old");
    CHECK(opened->threads()[1].program_counter == 0);
}

TEST_CASE("a file of a version before thread-local storage was recorded has none") {
    SnapshotWriter writer;
    writer.thread_storage(0, ModuleId(0), 0x7000, 16);
    Bytes file = writer.bytes();
    section_of(file, PROF_SECTION_THREAD_STORAGE).id = PROF_MAX_SECTIONS;  // that no reader knows
    reseal(file);
    const TemporaryFolder folder;
    write_file(folder / "1.heap", file);
    const auto opened = Snapshot::open(folder / "1.heap");
    REQUIRE(opened);
    CHECK(opened->thread_storage().empty());
}

TEST_CASE("what cannot be a file is refused before it is read") {
    const TemporaryFolder folder;
    CHECK(Snapshot::open(folder / "none").error().what == (folder / "none").string() + ": no such file");
    CHECK(Snapshot::open(folder.path()).error().what == folder.path().string() + " is a directory, not a file");
    REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK(Snapshot::open(folder / "pipe").error().what == (folder / "pipe").string() + " is not a regular file");
    CHECK_FALSE(MappedFile::open("/dev/zero"));
}

TEST_CASE("a foreign file is called by what it is") {
    CHECK(refusal_of({}).what == " is empty");
    CHECK(refusal_of(bytes_of("hello, world\n")).what == " is not a snapshot: it is text");
    CHECK(refusal_of(bytes_of("\x1f\x8b\x08 and more")).what == " is not a snapshot: it is compressed with gzip");
    CHECK(refusal_of(bytes_of("\x28\xb5\x2f\xfd and more")).what == " is not a snapshot: it is compressed with zstd");
    CHECK(refusal_of(bytes_of("v 10400 3\nX ./program\n")).what ==
          " is not a snapshot: it is a recording by heaptrack");
    CHECK(refusal_of(bytes_of("\x89HEAP\n\x1a and more")).what.find("changed by a transfer as text") !=
          std::string::npos);
    CHECK(refusal_of(Bytes(4096)).what.find("it is zeros") != std::string::npos);
    CHECK(refusal_of({1, 2, 3, 4, 5, 6, 7, 8, 9}).what == " is not a snapshot: it is something else");
    Bytes elf = bytes_of(
        "\x7f"
        "ELF");
    elf.resize(64);
    CHECK(refusal_of(elf).what == " is not a snapshot: it is an ELF program or library");
    elf[16] = 4;
    CHECK(refusal_of(elf).what == " is not a snapshot: it is an ELF core dump");
}

TEST_CASE("a hint says what to do with the very file") {
    const Refusal refusal = refusal_of(bytes_of("\x1f\x8b\x08 and more"));
    CHECK(refusal.hint.starts_with("Unpack it first: gunzip /"));
    CHECK(refusal.hint.ends_with("/1.heap"));
}

TEST_CASE("a truncated snapshot says how much is there") {
    Bytes file = sample().bytes();
    const std::string whole = std::to_string(file.size());
    file.resize(1000);
    CHECK(refusal_of(file).what == " is truncated: 1000 of " + whole + " bytes");
    file.resize(100);
    CHECK(refusal_of(file).what == " is truncated: 100 of 128 bytes");
    file.resize(5);
    CHECK(refusal_of(file).what == " is truncated: 5 bytes are less than a header");
}

TEST_CASE("a snapshot that is too long is refused") {
    Bytes file = sample().bytes();
    file.push_back(0);
    CHECK(refusal_of(file).what == " is damaged: it is 1 bytes too long");
}

TEST_CASE("newer, byte-swapped and 32-bit snapshots are told apart from damaged ones") {
    Bytes file = sample().bytes();
    header_of(file).version_major = 2;
    reseal(file);
    CHECK(refusal_of(file).what == " is of format 2." + std::to_string(PROF_VERSION_MINOR) +
                                       ", made by a newer heapkit; this one reads up to 1");
    file = sample().bytes();
    header_of(file).byte_order = 0x04030201;
    CHECK(refusal_of(file).what == " comes from a machine of the other byte order");
    file = sample().bytes();
    header_of(file).word_bytes = 4;
    reseal(file);
    CHECK(refusal_of(file).what == " comes from a process with pointers of 4 bytes");
    file = sample().bytes();
    header_of(file).machine ^= 1;
    CHECK(refusal_of(file).what == " is damaged: its header does not match its checksum");
}

TEST_CASE("pages and hashes are read back") {
    const TemporaryFolder folder;
    SnapshotWriter writer;
    writer.block({.address = 0x10f00, .size_bytes = 0x2200, .hash = 9});
    writer.block({.address = 0x20000, .size_bytes = 16, .hash = PROF_HASH_ZEROS});
    writer.block({.address = 0x90000, .size_bytes = 64});
    writer.pages(0x10000, "r-s?");
    writer.pages(0x20000, "s");
    writer.write(folder / "1.heap");
    const auto snapshot = Snapshot::open(folder / "1.heap");
    REQUIRE(snapshot);
    const auto residency = snapshot->residency();
    REQUIRE(residency);
    CHECK(residency->is_known());
    read::ResidencyCursor cursor(*residency);
    read::StateBytes first = {}, rest = {};
    cursor.add(0x10f00, 0x2200, first);
    CHECK(first == read::StateBytes{0x1000, 0x100, 0x1000, 0x100});
    cursor.add(0x20000, 16, rest);
    cursor.add(0x90000, 64, rest);
    CHECK(rest == read::StateBytes{0, 0, 16, 64});
    const auto hashes = snapshot->hashes();
    REQUIRE(hashes);
    CHECK(std::vector(hashes->begin(), hashes->end()) == std::vector<uint64_t>{9, PROF_HASH_ZEROS, PROF_HASH_NONE});
}

TEST_CASE("a snapshot without pages and hashes says so") {
    const TemporaryFolder folder;
    SnapshotWriter writer;
    writer.block({.size_bytes = 16});
    writer.write(folder / "1.heap");
    const auto snapshot = Snapshot::open(folder / "1.heap");
    REQUIRE(snapshot);
    REQUIRE(snapshot->residency());
    CHECK_FALSE(snapshot->residency()->is_known());
    REQUIRE(snapshot->hashes());
    CHECK(snapshot->hashes()->empty());
}

// SPDX-License-Identifier: MIT
//
// Damage that checksums do not show: every index that is out of range is noticed, by the name of its section.
//
// Side: tests.
#include <functional>

#include "catch.h"
#include "read/snapshot.h"
#include "sample.h"
#include "temporary_folder.h"

using namespace heapkit;
using namespace heapkit::tests;
using read::Snapshot;

namespace {

// What is said of a file after `damage`, its checksums made right again; "" when nothing is.
std::string verdict_on(Bytes file, const std::function<void(Bytes&)>& damage) {
    damage(file);
    reseal(file);
    const TemporaryFolder folder;
    write_file(folder / "1.heap", file);
    const auto opened = Snapshot::open(folder / "1.heap");
    const std::string prefix = (folder / "1.heap").string() + " is damaged: its section ";
    const auto said = [&](const Error& error) {
        REQUIRE(error.what.starts_with(prefix));
        return error.what.substr(prefix.size());
    };
    if (!opened) return said(opened.error());
    if (const auto blocks = opened->blocks(); !blocks) return said(blocks.error());
    if (const auto words = opened->words(); !words) return said(words.error());
    if (const auto residency = opened->residency(); !residency) return said(residency.error());
    if (const auto hashes = opened->hashes(); !hashes) return said(hashes.error());
    return "";
}

std::string verdict_on(const std::function<void(Bytes&)>& damage) { return verdict_on(sample().bytes(), damage); }

template <typename T>
std::string verdict_on(prof_section_id id, size_t index, T value) {
    return verdict_on([&](Bytes& file) { element_of<T>(file, id, index) = value; });
}

uint32_t slot(uint32_t index, prof_word_kind kind) {
    return index << PROF_WORD_KIND_BITS | static_cast<uint32_t>(kind);
}

}  // namespace

TEST_CASE("an undamaged sample is not complained of") {
    CHECK(verdict_on([](Bytes&) {}).empty());
}

TEST_CASE("damaged small sections are named") {
    CHECK(verdict_on([](Bytes& file) { element_of<prof_process>(file, PROF_SECTION_PROCESS, 0).program = 1 << 20; }) ==
          "\"process\" names a string that does not exist");
    CHECK(verdict_on<char>(PROF_SECTION_STRINGS, 0, 'x') == "\"strings\" does not begin and end with NUL");
    CHECK(verdict_on([](Bytes& file) { element_of<prof_module>(file, PROF_SECTION_MODULES, 0).build_id_bytes = 33; }) ==
          "\"modules\" has a build-id that is too long");
    CHECK(verdict_on([](Bytes& file) { element_of<prof_thread>(file, PROF_SECTION_THREADS, 0).stack_start = 1; }) ==
          "\"threads\" has a stack that ends before it begins");
    const auto with_storage = [](auto change) {
        return verdict_on(
            [&](Bytes& file) { change(element_of<prof_thread_storage>(file, PROF_SECTION_THREAD_STORAGE, 0)); });
    };
    CHECK(with_storage([](prof_thread_storage& storage) { storage.thread = 2; }) ==
          "\"thread-local storage\" names a thread that does not exist");
    CHECK(with_storage([](prof_thread_storage& storage) { storage.module = 1; }) ==
          "\"thread-local storage\" names a module that does not exist");
    CHECK(with_storage([](prof_thread_storage& storage) { storage.bytes = UINT64_MAX; }) ==
          "\"thread-local storage\" ends beyond the address space");
    CHECK(verdict_on<uint32_t>(PROF_SECTION_NODE_PARENT, 3, 3) ==
          "\"call tree parents\" has a node that does not come after its caller");
    CHECK(verdict_on<uint32_t>(PROF_SECTION_NODE_PARENT, 0, 1) ==
          "\"call tree parents\" gives the empty stack a caller");
    CHECK(verdict_on([](Bytes& file) { element_of<prof_stack>(file, PROF_SECTION_STACKS, 1).node = 5; }) ==
          "\"stacks\" names a call tree node that does not exist");
}

TEST_CASE("damaged blocks are named") {
    const std::string below = verdict_on<uint64_t>(PROF_SECTION_BLOCK_ADDRESS, 1, 16);
    CHECK(below == "\"block addresses\" is not in ascending order");
    CHECK(verdict_on<uint64_t>(PROF_SECTION_BLOCK_SIZE, 0, 65) == "\"block sizes\" has blocks that overlap");
    CHECK(verdict_on<uint64_t>(PROF_SECTION_BLOCK_ADDRESS, 1, UINT64_MAX - 50) ==
          "\"block sizes\" has a block that ends beyond the address space");
    CHECK(verdict_on<uint32_t>(PROF_SECTION_BLOCK_STACK, 1, 3) == "\"block stacks\" names a stack that does not exist");
    CHECK(verdict_on<uint32_t>(PROF_SECTION_BLOCK_BIRTH, 1, 2) == "\"block births\" names a tick that does not exist");
    CHECK(verdict_on([](Bytes& file) { section_of(file, PROF_SECTION_BLOCK_SLACK).element_count = 1; }) ==
          "\"block addresses\" is not as long as the other columns of blocks");
    CHECK(verdict_on([](Bytes& file) {
              prof_section& stacks = section_of(file, PROF_SECTION_BLOCK_STACK);
              stacks.element_bytes = 8;
              stacks.element_count = 1;
          }) == "\"block stacks\" has elements of 8 bytes");
}

TEST_CASE("damaged words are named") {
    // Entries of block 0: MODULE, BLOCK, INTERIOR, EXTRA, END, SELF, INTEGER.
    CHECK(verdict_on<uint32_t>(PROF_SECTION_WORD_SLOT, 1, slot(0, PROF_WORD_BLOCK)) ==
          "\"word slots\" is not in ascending order");
    CHECK(verdict_on<uint32_t>(PROF_SECTION_WORD_SLOT, 6, slot(8, PROF_WORD_INTEGER)) ==
          "\"word slots\" has a word outside its block");
    CHECK(verdict_on<uint32_t>(PROF_SECTION_WORD_SLOT, 3, slot(3, PROF_WORD_BLOCK)) ==
          "\"word slots\" has a pointer into a block without its offset");
    CHECK(verdict_on<uint32_t>(PROF_SECTION_WORD_SLOT, 2, slot(2, PROF_WORD_EXTRA)) ==
          "\"word slots\" has an offset without its pointer");
    CHECK(verdict_on<uint32_t>(PROF_SECTION_WORD_VALUE, 0, 2) ==
          "\"word slots\" has a pointer to a target that does not exist");
    CHECK(verdict_on<uint32_t>(PROF_SECTION_WORD_VALUE, 1, 2) ==
          "\"word slots\" has a pointer to a block that does not exist");
    CHECK(verdict_on<uint32_t>(PROF_SECTION_WORD_VALUE, 3, 105) ==
          "\"word slots\" has a pointer that misses its block");
    CHECK(verdict_on<uint32_t>(PROF_SECTION_WORD_VALUE, 5, 65) ==
          "\"word slots\" has a pointer that misses its own block");
    CHECK(verdict_on<uint32_t>(PROF_SECTION_BLOCK_WORDS_END, 0, 9) ==
          "\"block word counts\" is not in ascending order");
    CHECK(verdict_on<uint32_t>(PROF_SECTION_BLOCK_WORDS_END, 1, 99) ==
          "\"block word counts\" names words that do not exist");
}

TEST_CASE("damaged roots are named") {
    const auto with_root = [](size_t index, auto change) {
        return verdict_on([&](Bytes& file) { change(element_of<prof_root>(file, PROF_SECTION_ROOTS, index)); });
    };
    CHECK(with_root(0, [](prof_root& root) { root.owner = 1; }) == "\"roots\" names a module that does not exist");
    CHECK(with_root(1, [](prof_root& root) { root.owner = 2; }) == "\"roots\" names a thread that does not exist");
    CHECK(with_root(2, [](prof_root& root) { root.owner = 1 << 20; }) ==
          "\"roots\" names a string that does not exist");
    CHECK(with_root(0, [](prof_root& root) { root.words_end = 99; }) == "\"roots\" names words that do not exist");
    CHECK(with_root(0, [](prof_root& root) { root.address = UINT64_MAX; }) ==
          "\"roots\" has a root that ends beyond the address space");
    CHECK(with_root(0, [](prof_root& root) { root.bytes = 0x10; }) == "\"word slots\" has a word outside its block");
    CHECK(with_root(0, [](prof_root& root) { root.kind = 999; }).empty());  // of a later version
}

TEST_CASE("damaged pages and hashes are named") {
    const auto with_range = [](size_t index, auto change) {
        return verdict_on(
            [&](Bytes& file) { change(element_of<prof_page_range>(file, PROF_SECTION_PAGE_RANGES, index)); });
    };
    CHECK(with_range(0, [](prof_page_range& range) { range.start += 8; }) ==
          "\"page ranges\" has a range that does not start with a page");
    CHECK(with_range(1, [](prof_page_range& range) { range.start = 0x6000'4000; }) ==
          "\"page ranges\" is not in ascending order");
    CHECK(with_range(1, [](prof_page_range& range) { range.page_count = uint64_t{1} << 60; }) ==
          "\"page ranges\" has a range that ends beyond the address space");
    CHECK(with_range(0, [](prof_page_range& range) { range.page_count = 16; }) ==
          "\"page ranges\" names states that do not exist");
    CHECK(with_range(1, [](prof_page_range& range) { range.states_begin = 0; }) ==
          "\"page ranges\" names states that do not exist");
    CHECK(with_range(1, [](prof_page_range& range) { range.states_begin = UINT64_MAX; }) ==
          "\"page ranges\" names states that do not exist");
    CHECK(verdict_on([](Bytes& file) {
              element_of<prof_process>(file, PROF_SECTION_PROCESS, 0).page_bytes = 0;
          }) == "\"page ranges\" has pages of a size that cannot be");
    CHECK(verdict_on([](Bytes& file) { section_of(file, PROF_SECTION_BLOCK_HASH).element_count = 1; }) ==
          "\"block hashes\" is not as long as the columns of blocks");
}

TEST_CASE("sections that cannot be are refused") {
    const auto with_section = [](auto change) {
        return verdict_on([&](Bytes& file) { change(section_of(file, PROF_SECTION_MODULES)); });
    };
    CHECK(with_section([](prof_section& section) { section.offset += 1; }) ==
          "\"modules\" does not start at a multiple of 64");
    CHECK(with_section([](prof_section& section) { section.offset = uint64_t{1} << 62; }) ==
          "\"modules\" lies outside the file");
    CHECK(with_section([](prof_section& section) { section.element_count = UINT64_MAX; }) ==
          "\"modules\" lies outside the file");
    CHECK(with_section([](prof_section& section) { section.element_bytes = 0; }) ==
          "\"modules\" has elements of no size");
    CHECK(with_section([](prof_section& section) { section.id = PROF_SECTION_MAPS; }) == "\"memory map\" occurs twice");
    CHECK(with_section([](prof_section& section) { section.encoding = 1; }) ==
          "\"modules\" is encoded in a way that this heapkit does not know");
    CHECK(with_section([](prof_section& section) { section.element_bytes = 8; }) ==
          "\"modules\" has elements of 8 bytes");
}

TEST_CASE("a damaged word is noticed wherever it lies in a long column, and the first of several is named") {
    constexpr size_t blocks = 200'000;  // looked at by several threads
    SnapshotWriter writer;
    const StackId stack = writer.stack({0x401010});
    for (size_t number = 0; number < blocks; ++number)
        writer.word(writer.block({.size_bytes = 16, .stack = stack}), 8, Integer{7});
    const Bytes file = writer.bytes();
    const auto damaged_at = [&](size_t word, uint32_t value) {
        return [=](Bytes& bytes) { element_of<uint32_t>(bytes, PROF_SECTION_WORD_SLOT, word) = value; };
    };
    const uint32_t outside = slot(2, PROF_WORD_INTEGER), alone = slot(1, PROF_WORD_EXTRA);
    CHECK(verdict_on(file, [](Bytes&) {}).empty());
    for (const size_t word : {size_t{0}, blocks / 2 - 1, blocks / 2, blocks - 1})
        CHECK(verdict_on(file, damaged_at(word, outside)) == "\"word slots\" has a word outside its block");
    CHECK(verdict_on(file, [&](Bytes& bytes) {
              damaged_at(blocks - 1, outside)(bytes);
              damaged_at(1, alone)(bytes);
          }) == "\"word slots\" has an offset without its pointer");
}

// SPDX-License-Identifier: MIT
//
// The decoder of words: every kind, one by one and by offset.
//
// Side: tests.
#include "read/words.h"

#include "opened.h"

using namespace heapkit;
using namespace heapkit::tests;
using Decoded = read::Word;
using read::WordKind;

namespace {

std::vector<Decoded> all_of(const read::WordRange& range) { return {range.begin(), range.end()}; }

struct Zoo {
    SnapshotWriter writer;
    BlockId target = writer.block({.size_bytes = 100});
    BlockId zoo = writer.block({.size_bytes = 4096});

    Zoo() {
        writer.word(zoo, 0, Pointer{target});
        writer.word(zoo, 8, Pointer{target, 40});
        writer.word(zoo, 16, EndPointer{target});
        writer.word(zoo, 24, SelfPointer{64});
        writer.word(zoo, 32, ModulePointer{0x401000});
        writer.word(zoo, 40, StackPointer{0x7ffc1000});
        writer.word(zoo, 48, Integer{7});
        writer.word(zoo, 56, IntegerPair{.low = 3, .high = 5});
        writer.word(zoo, 64, SignedPair{.low = -1, .high = -1});
        writer.word(zoo, 72, Flags{.byte_0 = 1, .byte_4 = 2});
        writer.word(zoo, 4088, Pointer{target, 8});
    }
};

}  // namespace

TEST_CASE("every kind of word says what it points at or what number it is") {
    const Zoo zoo;
    const Opened opened(zoo.writer);
    const auto words = all_of(words_of(opened.words, zoo.zoo));
    REQUIRE(words.size() == 11);
    const std::vector kinds = {WordKind::block,   WordKind::interior, WordKind::end,     WordKind::self,
                               WordKind::module,  WordKind::stack,    WordKind::integer, WordKind::integer,
                               WordKind::integer, WordKind::flags,    WordKind::interior};
    for (size_t i = 0; i < words.size(); ++i) {
        CHECK(words[i].kind == kinds[i]);
        CHECK(words[i].offset_bytes == (i < 10 ? 8 * i : 4088));
    }
    for (const size_t i : {0, 1, 2, 10}) CHECK(words[i].block == zoo.target);
    CHECK(words[1].into_bytes == 40);
    CHECK(words[10].into_bytes == 8);
    CHECK(words[9].value == 0x2'0000'0001);
    CHECK(all_of(words_of(opened.words, zoo.target)).empty());
}

TEST_CASE("the number that stood in memory can be restored for all kinds but flags") {
    const Zoo zoo;
    const Opened opened(zoo.writer);
    const uint64_t target = opened.blocks.address[zoo.target.index()], own = opened.blocks.address[zoo.zoo.index()];
    const std::vector<std::optional<uint64_t>> expected = {
        target, target + 40,   target + 100, own + 64,     0x401000,  0x7ffc1000,
        7,      0x5'0000'0003, UINT64_MAX,   std::nullopt, target + 8};
    size_t i = 0;
    for (const Decoded& word : words_of(opened.words, zoo.zoo))
        CHECK(raw_value(word, opened.blocks, own) == expected[i++]);
}

TEST_CASE("a word is found by its offset, and one that was not kept is not") {
    SnapshotWriter writer;
    const BlockId target = writer.block({.size_bytes = 64});
    const BlockId array = writer.block({.size_bytes = 8000});
    for (uint32_t i = 0; i < 1000; i += 3) writer.word(array, uint64_t{i} * 8, Pointer{target, i % 2 == 0 ? 0u : 8u});
    const Opened opened(writer);
    const auto held = words_of(opened.words, array);
    for (uint32_t i = 0; i < 1000; ++i) {
        const auto word = held.at(uint64_t{i} * 8);
        REQUIRE(word.has_value() == (i % 3 == 0));
        if (word) REQUIRE(word->into_bytes == (i % 2 == 0 ? 0 : 8));
    }
    CHECK_FALSE(words_of(opened.words, target).at(0));
}

TEST_CASE("the words of a root are its own") {
    SnapshotWriter writer;
    const BlockId block = writer.block({});
    writer.word(block, 0, Integer{1});
    const RootId first = writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 64);
    const RootId second = writer.root(PROF_ROOT_STACK, 0, 0x7ffc0000, 64);
    writer.word(first, 8, Pointer{block});
    writer.word(second, 16, Pointer{block, 8});
    const Opened opened(writer);
    const auto global = all_of(words_of(opened.words, opened.words.roots[0]));
    const auto on_stack = all_of(words_of(opened.words, opened.words.roots[1]));
    REQUIRE(global.size() == 1);
    CHECK(global[0].kind == WordKind::block);
    REQUIRE(on_stack.size() == 1);
    CHECK(on_stack[0].offset_bytes == 16);
}

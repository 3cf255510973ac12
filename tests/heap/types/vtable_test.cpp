// SPDX-License-Identifier: MIT
//
// Classes by vtable: with symbols, without, with the C++ library inside; and nothing that only looks like a vtable.
//
// Side: tests.
#include "types/vtable.h"
#include "catch.h"
#include "fixture.h"
#include "temporary_folder.h"
#include "types/types.h"

using namespace heapkit;
using namespace heapkit::tests;

namespace {

struct Opened {
    explicit Opened(const Fixture& fixture) {
        SnapshotWriter writer;
        writer.module(fixture.module());
        writer.write(folder_ / "1.heap");
        snapshot_ = std::make_unique<read::Snapshot>(*read::Snapshot::open(folder_ / "1.heap"));
        frames = std::make_unique<symbols::Frames>(
            symbols::Frames::resolve(*snapshot_, {.use_cache = false, .progress = {}}));
    }
    std::unique_ptr<symbols::Frames> frames;

   private:
    TemporaryFolder folder_;
    std::unique_ptr<read::Snapshot> snapshot_;
};

}  // namespace

TEST_CASE("a primary vtable says its class, with and without symbols") {
    std::vector<std::string> names = {"gcc_O0_dwarf5",
                                      "gcc_O2_dwarf5",
                                      "gcc_fixed_address",
                                      "gcc_relr",
                                      "stripped_relr",
                                      "symbols_only",
                                      "stripped",
                                      "stripped_fixed",
                                      "gcc_static_library",
                                      "stripped_static_library",
                                      "gcc_static_library_fixed",
                                      "stripped_static_library_fixed"};
    if (Fixture::is_built("clang_O2_dwarf5")) names.emplace_back("clang_O2_dwarf5");
    for (const std::string& name : names) {
        INFO(name);
        const Fixture fixture(name);
        const Opened opened(fixture);
        const auto class_at = [&](const char* label) {
            return types::class_of_vtable(fixture.run_time(label), *opened.frames);
        };
        CHECK(class_at("vtable:single") == "shop::Item");
        CHECK(class_at("vtable:multiple") == "shop::Book");
        CHECK(class_at("vtable:virtual_base") == "shop::Shared");
        CHECK(class_at("vtable:template").starts_with("shop::Boxed<std::vector<std::__cxx11::basic_string<char"));
        CHECK(class_at("vtable:hidden") == "shop::(anonymous namespace)::Hidden");
        CHECK(class_at("vtable:secondary") == "");
        CHECK(class_at("function") == "");
    }
}

TEST_CASE("without RTTI the symbol of the vtable says its class") {
    const Fixture fixture("gcc_without_rtti");
    const Opened opened(fixture);
    CHECK(types::class_of_vtable(fixture.run_time("vtable:single"), *opened.frames) == "shop::Item");
    CHECK(types::class_of_vtable(fixture.run_time("vtable:secondary"), *opened.frames) == "");
}

TEST_CASE("no other word into a module is taken for a vtable") {
    const Fixture fixture("stripped");
    const Opened opened(fixture);
    const uint64_t vptr = fixture.run_time("vtable:single");
    for (uint64_t address = vptr - 512; address < vptr + 512; ++address) {
        if (address % 8 == 0) continue;
        CHECK(types::class_of_vtable(address, *opened.frames) == "");
    }
    CHECK(types::class_of_vtable(0, *opened.frames) == "");
    CHECK(types::class_of_vtable(UINT64_MAX - 7, *opened.frames) == "");
    CHECK(types::class_of_vtable(Fixture::bias_of_all, *opened.frames) == "");
}

TEST_CASE("blocks that begin with a vtable pointer have its class, the others their site") {
    const Fixture fixture("gcc_O2_dwarf5");
    const TemporaryFolder folder;
    SnapshotWriter writer;
    writer.module(fixture.module());
    const StackId stack = writer.stack({fixture.run_time("member"), fixture.run_time("main")});
    const BlockId item = writer.block({.stack = stack});
    const BlockId second_word = writer.block({.stack = stack});
    const BlockId unknown = writer.block({});
    writer.word(item, 0, ModulePointer{fixture.run_time("vtable:single")});
    writer.word(second_word, 8, ModulePointer{fixture.run_time("vtable:single")});
    writer.write(folder / "1.heap");
    const auto snapshot = read::Snapshot::open(folder / "1.heap");
    REQUIRE(snapshot);
    const auto frames = symbols::Frames::resolve(*snapshot, {.use_cache = false, .progress = {}});
    const read::Blocks blocks = *snapshot->blocks();
    const read::Words words = *snapshot->words();
    const auto book = symbols::TypeBook::load(*snapshot, {.use_cache = false, .progress = {}});
    const auto sites = symbols::CallSites::read(*snapshot, book, frames, {.use_cache = false, .progress = {}});
    const auto typed = types::Types::infer({*snapshot, blocks, words, frames, book, sites});
    CHECK(typed.type(typed.of(item)).name == "shop::Item");
    CHECK(typed.evidence(item) == types::Evidence::vtable);
    CHECK(typed.type(typed.of(second_word)).name ==
          "in shop::Basket::fill() shop.cpp:" + std::to_string(fixture.at("member").line));
    CHECK(typed.evidence(second_word) == types::Evidence::allocation_site);
    CHECK(typed.of(unknown).value == 0);
    const auto votes = typed.votes(item);
    REQUIRE(votes.size() == 2);
    CHECK(votes[0].type == typed.of(item));
    CHECK(votes[1].type == typed.of(second_word));
    CHECK(typed.type(types::TypeId(size_t{0})).name == "unknown");
}

// SPDX-License-Identifier: MIT
//
// The cache of resolved addresses: the same answers, faster; and no answers at all from a file that one cannot trust.
//
// Side: tests.
#include <sys/stat.h>

#include <fstream>

#include "asked.h"
#include "catch.h"
#include "symbols/cache.h"

using namespace heapkit;
using namespace heapkit::tests;

namespace {

symbols::SourceFrame frame(symbols::StringTable& strings, const char* function, uint32_t line) {
    return {strings.intern(function), strings.intern("a.cpp"), line};
}

const std::vector<uint8_t> build_id = {1, 2, 3, 4};
constexpr uint64_t fingerprint = 99;

// A cache file with two addresses; its path.
std::filesystem::path store_two(symbols::StringTable& strings) {
    symbols::CachedModule module{fingerprint, {}};
    const std::vector<symbols::SourceFrame> two = {frame(strings, "inner", 3), frame(strings, "outer", 7)};
    module.resolved.add(0x10, two);
    module.resolved.add(0x20, {});
    symbols::store_cached(build_id, module, strings);
    return symbols::cache_folder() / "01020304.symbols";
}

}  // namespace

TEST_CASE("what was resolved is read back") {
    const TemporaryFolder folder;
    const OwnCache cache(folder.path());
    symbols::StringTable strings;
    const auto path = store_two(strings);
    symbols::StringTable other;
    const auto loaded = symbols::load_cached(build_id, fingerprint, other);
    REQUIRE(loaded);
    REQUIRE(loaded->resolved.count() == 2);
    REQUIRE(loaded->resolved.frames_of(0).size() == 2);
    CHECK(other.text(loaded->resolved.frames_of(0)[0].function) == "inner");
    CHECK(loaded->resolved.frames_of(0)[1].line == 7);
    CHECK(loaded->resolved.frames_of(1).empty());
    struct stat status;
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    REQUIRE(stat(path.parent_path().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
}

TEST_CASE("a cache of other files is not used, and any is when no file is left") {
    const TemporaryFolder folder;
    const OwnCache cache(folder.path());
    symbols::StringTable strings;
    store_two(strings);
    CHECK_FALSE(symbols::load_cached(build_id, fingerprint + 1, strings));
    CHECK(symbols::load_cached(build_id, 0, strings));
}

TEST_CASE("a damaged cache is ignored") {
    const TemporaryFolder folder;
    const OwnCache cache(folder.path());
    symbols::StringTable strings;
    const auto path = store_two(strings);
    std::ifstream in(path, std::ios::binary);
    const Bytes good((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    for (size_t at = 0; at < good.size(); ++at) {
        Bytes bad = good;
        bad[at] ^= 0x11;
        write_file(path, bad);
        CHECK_FALSE(symbols::load_cached(build_id, fingerprint, strings));
        bad = good;
        bad.resize(at);
        write_file(path, bad);
        CHECK_FALSE(symbols::load_cached(build_id, fingerprint, strings));
    }
}

TEST_CASE("a cache that others can write to is ignored") {
    const TemporaryFolder folder;
    const OwnCache cache(folder.path());
    symbols::StringTable strings;
    const auto path = store_two(strings);
    REQUIRE(chmod(path.c_str(), 0666) == 0);
    CHECK_FALSE(symbols::load_cached(build_id, fingerprint, strings));
    REQUIRE(chmod(path.c_str(), 0600) == 0);
    REQUIRE(chmod(path.parent_path().c_str(), 0777) == 0);
    CHECK_FALSE(symbols::load_cached(build_id, fingerprint, strings));
}

TEST_CASE("a link in the place of a cache is not followed") {
    const TemporaryFolder folder;
    const OwnCache cache(folder.path());
    symbols::StringTable strings;
    const auto path = store_two(strings);
    std::filesystem::rename(path, folder / "elsewhere");
    std::filesystem::create_symlink(folder / "elsewhere", path);
    CHECK_FALSE(symbols::load_cached(build_id, fingerprint, strings));
}

TEST_CASE("without a folder to write to, all goes on") {
    const OwnCache cache("/proc/nowhere");
    symbols::StringTable strings;
    store_two(strings);
    CHECK_FALSE(symbols::load_cached(build_id, fingerprint, strings));
}

TEST_CASE("frames are the same with the cache, also for addresses that came later") {
    const TemporaryFolder folder;
    const OwnCache cache(folder.path());
    const Fixture fixture("gcc_O2_dwarf5");
    const std::vector<uint64_t> few = {fixture.run_time("main"), fixture.run_time("inlined")};
    const std::vector<uint64_t> all = {fixture.run_time("member"), fixture.run_time("main"),
                                       fixture.run_time("inlined"), fixture.run_time("lambda")};
    const Asked plain(fixture.module(), all);
    const Asked first(fixture.module(), few, true), second(fixture.module(), all, true),
        third(fixture.module(), all, true);
    for (size_t i = 0; i < all.size(); ++i) {
        CHECK(second.at(i) == plain.at(i));
        CHECK(third.at(i) == plain.at(i));
    }
    CHECK(first.at(1) == plain.at(2));

    NewModule gone = fixture.module();
    gone.path = "/nowhere/gone";
    CHECK(Asked(gone, few, true).at(1) == plain.at(2));
}

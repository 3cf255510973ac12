// SPDX-License-Identifier: MIT
//
// The cache of types can only make us faster.
//
// Side: tests.
#include <cstdlib>
#include <filesystem>

#include "catch.h"
#include "symbols/type_cache.h"
#include "zoo.h"

using namespace heapkit;
using namespace heapkit::tests;
using namespace heapkit::symbols;

namespace {

// All that a book says, as text.
std::string told(const TypeBook& book) {
    std::string text;
    for (size_t i = 1; i < book.count(); ++i) {
        const DebugTypeId id(i);
        text += book.name(id) + " " + std::to_string(book.type(id).size_bytes) + "\n";
        for (const Member& member : book.members(id))
            text += " " + std::string(book.text(member.name)) + " " + book.name(member.type) + "\n";
    }
    for (const Variable& variable : book.variables())
        text += std::string(book.text(variable.name)) + " " + std::to_string(variable.address) + "\n";
    return text;
}

}  // namespace

TEST_CASE("a book out of the cache says what the book out of the debug information said") {
    const TemporaryFolder folder;
    setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
    const std::string without = told(Zoo("zoo_gcc_O0", false).book);
    CHECK_FALSE(std::filesystem::exists(folder / "heapkit"));
    CHECK(told(Zoo("zoo_gcc_O0", true).book) == without);
    size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "heapkit"))
        files += entry.path().extension() == ".types";
    CHECK(files == 1);
    CHECK(told(Zoo("zoo_gcc_O0", true).book) == without);
    // Damage is noticed, and mended.
    for (const auto& entry : std::filesystem::directory_iterator(folder / "heapkit"))
        std::filesystem::resize_file(entry.path(), 1000);
    CHECK(told(Zoo("zoo_gcc_O0", true).book) == without);
    unsetenv("XDG_CACHE_HOME");
}

TEST_CASE("a cache file that is damaged, of other files, or cut is none") {
    const TypeBook book = Zoo::load(std::string(HEAPKIT_FIXTURE_FOLDER) + "/zoo_gcc_O0", false);
    const std::string good = packed(book.columns(), 42);
    REQUIRE(unpacked(good, 42));
    CHECK(unpacked(good, 0));  // its files are gone: what was known is still good
    CHECK_FALSE(unpacked(good, 43));
    CHECK(unpacked(good, 42)->types.size() == book.count());
    for (const size_t size : {size_t{0}, size_t{7}, size_t{100}, good.size() - 1})
        CHECK_FALSE(unpacked(std::string_view(good).substr(0, size), 42));
    CHECK_FALSE(unpacked(good + "x", 42));
    uint64_t state = 1;
    for (int i = 0; i < 500; ++i) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        std::string bad = good;
        bad[(state >> 33) % bad.size()] ^= static_cast<char>(1 + (state >> 20) % 255);
        CHECK_FALSE(unpacked(bad, 42));
    }
}

// SPDX-License-Identifier: MIT
//
// Frames on one program, built in many ways: the same names and lines in all of them.
//
// Side: tests.
#include <filesystem>
#include <fstream>

#include "asked.h"
#include "base/hex.h"
#include "catch.h"

using namespace heapkit;
using namespace heapkit::tests;
using Source = symbols::ModuleSymbols::Source;

namespace {

std::vector<std::string> fixtures_with_lines() {
    std::vector<std::string> names = {"gcc_O0_dwarf5",     "gcc_O2_dwarf5",     "gcc_O2_dwarf4",
                                      "gcc_O2_compressed", "gcc_fixed_address", "linked"};
    for (const char* name : {"clang_O0_dwarf5", "clang_O2_dwarf5", "clang_O2_dwarf4", "shared_dwarf"})
        if (std::filesystem::exists(std::string(HEAPKIT_FIXTURE_FOLDER) + "/" + name)) names.emplace_back(name);
    return names;
}

std::string line_of(const Fixture& fixture, const std::string& label) {
    return " shop.cpp:" + std::to_string(fixture.at(label).line);
}

}  // namespace

TEST_CASE("functions have their names and lines, whatever compiled them") {
    for (const std::string& name : fixtures_with_lines()) {
        INFO(name);
        const Fixture fixture(name);
        CHECK(name_at(fixture, "c_function") == "plain_name" + line_of(fixture, "c_function"));
        CHECK(name_at(fixture, "member") == "shop::Basket::fill()" + line_of(fixture, "member"));
        CHECK(name_at(fixture, "main") == "main" + line_of(fixture, "main"));
        const std::string anonymous = name_at(fixture, "anonymous");
        CHECK(anonymous.starts_with("(anonymous namespace)::in_anonymous_namespace"));
        CHECK(anonymous.find(line_of(fixture, "anonymous")) != std::string::npos);
        const std::string sell = name_at(fixture, "template");
        CHECK(sell.starts_with("void shop::sell<std::__cxx11::basic_string<char"));
        CHECK(sell.find(line_of(fixture, "template")) != std::string::npos);
        const std::string lambda = name_at(fixture, "lambda");
        CHECK(lambda.find("{lambda(int)#1}::operator()(int) const" + line_of(fixture, "lambda")) != std::string::npos);
    }
}

TEST_CASE("inlined functions come innermost first, each with the line where it was called") {
    for (const std::string& name : fixtures_with_lines()) {
        INFO(name);
        const Fixture fixture(name);
        CHECK(name_at(fixture, "inlined") == "shop::Basket::add(int)" + line_of(fixture, "inlined") +
                                                 " < shop::Basket::fill()" + line_of(fixture, "call_of_inlined"));
    }
}

TEST_CASE("a module says what its symbols are worth") {
    const auto asked = [](const std::string& name) {
        const Fixture fixture(name);
        return Asked(fixture.module(), {fixture.run_time("main")}).module();
    };
    CHECK(asked("gcc_O2_dwarf5").source == Source::debug_information);
    CHECK(asked("gcc_O2_dwarf5").debug_file.empty());
    CHECK(asked("linked").source == Source::debug_information);
    CHECK(asked("linked").debug_file.ends_with("/.debug/linked.debug"));
    CHECK(asked("symbols_only").source == Source::symbol_table);
    CHECK(asked("stripped").source == Source::dynamic_symbols);
    CHECK(asked("stripped").problem.empty());
}

TEST_CASE("what debuginfod-find fetched is used when its build-id is the module's") {
    const TemporaryFolder fetched;
    setenv("DEBUGINFOD_CACHE_PATH", fetched.path().c_str(), 1);
    const Fixture stripped("stripped"), whole("gcc_O2_dwarf5"), other("gcc_O0_dwarf5");
    const auto source_with = [&](const Fixture& debug) {
        const std::filesystem::path folder = fetched / hex_digits_of(stripped.module().build_id);
        std::filesystem::create_directories(folder);
        std::filesystem::copy_file(debug.path(), folder / "debuginfo",
                                   std::filesystem::copy_options::overwrite_existing);
        return Asked(stripped.module(), {stripped.run_time("main")}).module().source;
    };
    CHECK(source_with(whole) == Source::debug_information);
    CHECK(source_with(other) == Source::dynamic_symbols);
    unsetenv("DEBUGINFOD_CACHE_PATH");
}

TEST_CASE("without debug information the symbol table names functions") {
    const Fixture fixture("symbols_only");
    CHECK(name_at(fixture, "c_function") == "plain_name");
    CHECK(name_at(fixture, "member") == "shop::Basket::fill()");
    CHECK(name_at(fixture, "inlined") == "shop::Basket::fill()");
}

TEST_CASE("without any symbol a function is its module and offset") {
    const Fixture fixture("stripped");
    CHECK(name_at(fixture, "member") == fmt::format("stripped+{:#x}", fixture.at("member").address));
}

TEST_CASE("a file of another build is never used") {
    const Fixture fixture("gcc_O2_dwarf5");
    NewModule other = fixture.module();
    other.build_id[3] ^= 1;
    const Asked asked(other, {fixture.run_time("member")});
    CHECK(asked.at(0) == fmt::format("gcc_O2_dwarf5+{:#x}", fixture.at("member").address));
    CHECK(asked.module().problem == "the file has changed since it was recorded: its build-id differs");
    CHECK(asked.module().source == Source::none);
    other.build_id.clear();
    CHECK(Asked(other, {fixture.run_time("member")}).module().source == Source::none);
}

TEST_CASE("a missing or foreign file is a problem that is told, not an error") {
    const Fixture fixture("gcc_O2_dwarf5");
    NewModule module = fixture.module();
    module.path = "/nowhere/libgone.so";
    const Asked gone(module, {fixture.run_time("member")});
    CHECK(gone.at(0) == fmt::format("libgone.so+{:#x}", fixture.at("member").address));
    CHECK(gone.module().problem == "no such file");
    module.path = "/etc/passwd";
    CHECK(Asked(module, {fixture.run_time("member")}).module().problem == "is not an ELF file");
    module.path = "/dev/zero";
    CHECK(Asked(module, {fixture.run_time("member")}).module().problem == "is not a regular file");
}

TEST_CASE("code that belongs to no module is its address") {
    const Asked asked(Fixture("gcc_O2_dwarf5").module(), {0x1234'5678});
    CHECK(asked.at(0) == "0x12345678");
}

TEST_CASE("a tag is no frame") {
    const Asked asked(Fixture("gcc_O2_dwarf5").module(), {read::empty_tag});
    CHECK(asked.at(0).empty());
}

TEST_CASE("an address belongs to the module that was there at the time") {
    const Fixture old_one("gcc_O2_dwarf5"), new_one("gcc_O0_dwarf5");
    const TemporaryFolder folder;
    SnapshotWriter writer;
    NewModule unloaded = old_one.module(), alive = new_one.module();
    unloaded.last_generation = 2;
    alive.first_generation = 3;
    writer.module(unloaded);
    writer.module(alive);
    const NodeId then = writer.node({}, uint64_t{1} << 48 | old_one.run_time("main"));
    const NodeId now = writer.node({}, uint64_t{3} << 48 | new_one.run_time("main"));
    writer.write(folder / "1.heap");
    const auto snapshot = read::Snapshot::open(folder / "1.heap");
    REQUIRE(snapshot);
    const auto frames = symbols::Frames::resolve(*snapshot, {.use_cache = false, .progress = {}});
    const auto module_of = [&](NodeId node) { return frames.text(frames.location(frames.at(node)[0]).module); };
    CHECK(module_of(then) == "gcc_O2_dwarf5");
    CHECK(module_of(now) == "gcc_O0_dwarf5");
    CHECK(frames.symbol_at(new_one.run_time("function")) == "plain_name");
    CHECK(frames.at({}).empty());
}

TEST_CASE("a damaged file takes names away and nothing else") {
    const Fixture fixture("gcc_O2_dwarf5");
    const TemporaryFolder folder;
    std::ifstream in(fixture.path(), std::ios::binary);
    const Bytes good((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    NewModule module = fixture.module();
    module.path = folder / "damaged";
    uint64_t state = 42;
    for (int round = 0; round < 60; ++round) {
        Bytes bad = good;
        for (int i = 0; i < 200; ++i) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            bad[(state >> 33) % bad.size()] = static_cast<unsigned char>(state >> 25);
        }
        if (round % 3 == 0) bad.resize((state >> 33) % bad.size());
        write_file(module.path, bad);
        const Asked asked(module, {fixture.run_time("inlined"), fixture.run_time("lambda"), fixture.run_time("main")});
        CHECK_FALSE(asked.at(0).empty());
        CHECK_FALSE(asked.at(2).empty());
    }
}

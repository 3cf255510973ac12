// SPDX-License-Identifier: MIT
//
// What the type book says of a program, against what its compiler says.
//
// Side: tests.
#include <fstream>
#include <iterator>

#include "catch.h"
#include "symbols/call_sites.h"
#include "zoo.h"

using namespace heapkit;
using namespace heapkit::tests;
using symbols::DebugTypeId;
using symbols::TypeKind;

namespace {

const symbols::Member* member_of(const symbols::TypeBook& book, DebugTypeId id, std::string_view name) {
    for (const symbols::Member& member : book.members(id))
        if (book.text(member.name) == name) return &member;
    return nullptr;
}

}  // namespace

TEST_CASE("every class is found by the name that RTTI gives it, with its size") {
    for (const std::string& name : all_of("zoo")) {
        INFO(name);
        const Zoo zoo(name);
        const size_t count = zoo.each("type", [&](const std::vector<std::string>& fact) {
            const std::string type =
                symbols::demangle_type(fact[0]).empty() ? fact[0] : symbols::demangle_type(fact[0]);
            INFO(type);
            // Clang puts the types of a function that it inlines everywhere beside the function.
            if (type.ends_with("::Memory") && name.starts_with("zoo_clang") && name != "zoo_clang_O0") return;
            const DebugTypeId id = zoo.book.find(type);
            CHECK(id != DebugTypeId());
            CHECK(zoo.book.type(id).size_bytes == std::stoull(fact[1]));
            if (type != "std::string") CHECK(zoo.book.name(id) == type);
        });
        CHECK(count > 30);
    }
}

TEST_CASE("members lie where the compiler put them, and have its types") {
    for (const std::string& name : all_of("zoo")) {
        INFO(name);
        const Zoo zoo(name);
        zoo.each("member", [&](const std::vector<std::string>& fact) {
            const std::string type = symbols::demangle_type(fact[0]);
            INFO(type << "::" << fact[1]);
            const auto* member = member_of(zoo.book, zoo.book.find(type), fact[1]);
            REQUIRE(member != nullptr);
            CHECK(member->offset_bytes == std::stoull(fact[2]));
            CHECK(zoo.book.name(member->type) == symbols::demangle_type(fact[3]));
        });
    }
}

TEST_CASE("variables are found by their addresses: globals, static members, statics of functions") {
    for (const std::string& name : all_of("zoo")) {
        INFO(name);
        const Zoo zoo(name);
        for (size_t i = 0; i < zoo.facts.size(); ++i) {
            if (!zoo.facts[i].starts_with("variable ")) continue;
            // The name may have spaces: from the front, then the rest from the back.
            std::string rest = zoo.facts[i].substr(9, zoo.facts[i].size() - 10);
            const std::string type = rest.substr(rest.rfind(' ') + 1);
            rest.resize(rest.rfind(' '));
            const uint64_t address = std::stoull(rest.substr(rest.rfind(' ') + 1), nullptr, 16) + Zoo::bias;
            rest.resize(rest.rfind(' '));
            INFO(rest);
            const symbols::Variable* variable = zoo.book.variable_at(address);
            REQUIRE(variable != nullptr);
            CHECK(variable->address == address);
            CHECK(zoo.book.text(variable->name) == rest);
            CHECK(zoo.book.name(variable->type) == symbols::demangle_type(type));
            CHECK(zoo.book.text(variable->file).ends_with("zoo.cpp"));
        }
    }
}

TEST_CASE("a vtable's deleting destructor leads to its class") {
    for (const std::string& name : all_of("zoo")) {
        INFO(name);
        const Zoo zoo(name);
        zoo.each("method", [&](const std::vector<std::string>& fact) {
            const auto* function = zoo.book.function_at(std::stoull(fact[1], nullptr, 16) + Zoo::bias);
            INFO(fact[0]);
            REQUIRE(function != nullptr);
            CHECK(zoo.book.name(function->of_class) == symbols::demangle_type(fact[0]));
            CHECK(function->is_destructor);
        });
    }
}

TEST_CASE("damaged debug information takes types away and nothing else") {
    const std::string path = std::string(HEAPKIT_FIXTURE_FOLDER) + "/calls_gcc_O2";
    const auto file = symbols::ElfFile::open(path);
    REQUIRE(file);
    std::ifstream in(path, std::ios::binary);
    const Bytes good((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const TemporaryFolder folder;
    const std::string damaged = folder / "damaged";
    const std::vector<std::string> sections = {".debug_info",     ".debug_abbrev", ".debug_loclists",
                                               ".debug_rnglists", ".debug_line",   ".debug_str"};
    uint64_t state = 7;
    const auto next = [&](uint64_t below) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return (state >> 33) % below;
    };
    for (int round = 0; round < 60; ++round) {
        Bytes bad = good;
        for (const std::string& name : sections) {
            const Elf64_Shdr* section = file->section(name);
            REQUIRE(section != nullptr);
            for (int i = 0; i < 20; ++i)
                bad[section->sh_offset + next(section->sh_size)] = static_cast<unsigned char>(next(256));
        }
        write_file(damaged, bad);
        const auto snapshot = Zoo::snapshot_of(damaged, {Zoo::bias + file->section(".text")->sh_addr + 100});
        const symbols::Options options = {.use_cache = false, .progress = {}};
        const auto book = symbols::TypeBook::load(snapshot, options);
        for (size_t i = 0; i < book.count(); ++i) CHECK(book.name(DebugTypeId(i)).size() < 100'000);
        const auto frames = symbols::Frames::resolve(snapshot, options);
        const auto sites = symbols::CallSites::read(snapshot, book, frames, options);
        CHECK(sites.scopes(sites.at(NodeId(1))).size() < 1000);
    }
}

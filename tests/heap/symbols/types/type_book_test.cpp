// SPDX-License-Identifier: MIT
//
// What the type book says of a program, against what its compiler says.
//
// Side: tests.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "catch.h"
#include "symbols/call_sites.h"
#include "symbols/type_name.h"
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

TEST_CASE("a closure is named by its function and line, its members by what they capture") {
    for (const std::string& name : all_of("zoo")) {
        INFO(name);
        const Zoo zoo(name);
        DebugTypeId closure;
        for (size_t i = 1; i < zoo.book.count(); ++i)
            if (zoo.book.type(DebugTypeId(i)).is_closure && zoo.book.file(DebugTypeId(i)).ends_with("zoo.cpp"))
                closure = DebugTypeId(i);
        REQUIRE(closure != DebugTypeId());
        // Clang puts the types of a function that it inlines everywhere beside the function.
        if (!name.starts_with("zoo_clang") || name == "zoo_clang_O0")
            CHECK(zoo.book.name(closure).starts_with("lambda in zoo::subscribe(int) zoo.cpp:"));
        CHECK(zoo.book.name(closure).starts_with("lambda in zoo"));
        REQUIRE(zoo.book.members(closure).size() == 3);
        const auto* label = member_of(zoo.book, closure, "label");
        REQUIRE(label != nullptr);
        CHECK(zoo.book.name(label->type) ==
              symbols::canonical_type_name("std::__cxx11::basic_string<char, "
                                           "std::char_traits<char>, std::allocator<char> >"));
        CHECK(zoo.book.name(member_of(zoo.book, closure, "calls")->type) == "int&");
        CHECK(member_of(zoo.book, closure, "step") != nullptr);
        // std::function's manager leads to it.
        bool has_handler = false;
        for (size_t i = 1; i < zoo.book.count(); ++i) {
            if (!zoo.book.name(DebugTypeId(i)).starts_with("std::_Function_handler<")) continue;
            const auto arguments = zoo.book.arguments(DebugTypeId(i));
            has_handler |= arguments.size() == 2 && arguments[1].type == closure;
        }
        CHECK(has_handler);
    }
}

TEST_CASE("bases, unions, bit fields, arrays and unnamed types are told as they lie") {
    for (const std::string& name : all_of("zoo")) {
        INFO(name);
        const Zoo zoo(name);
        const auto& book = zoo.book;
        const auto parrot = book.members(book.find("zoo::Parrot"));
        REQUIRE(parrot.size() == 4);
        CHECK(book.type(book.find("zoo::Parrot")).is_polymorphic);
        CHECK(parrot[0].is_base);
        CHECK_FALSE(parrot[0].is_virtual_base);
        CHECK(parrot[0].offset_bytes == 0);
        CHECK(book.name(parrot[1].type) == "zoo::Named");
        CHECK(parrot[1].offset_bytes == 16);
        const auto winged = book.members(book.find("zoo::Winged"));
        REQUIRE_FALSE(winged.empty());
        CHECK(std::any_of(winged.begin(), winged.end(), [](const auto& m) { return m.is_virtual_base; }));
        CHECK(std::any_of(winged.begin(), winged.end(), [](const auto& m) { return m.is_vtable_pointer; }));

        const DebugTypeId packed = book.find("zoo::Packed");
        CHECK(member_of(book, packed, "a")->is_bit_field);
        CHECK_FALSE(member_of(book, packed, "after")->is_bit_field);
        const auto* grid = member_of(book, book.find("zoo::Cage"), "grid");
        CHECK(book.type(grid->type).count == 2);
        CHECK(book.type(book.type(grid->type).target).count == 3);
        CHECK(book.type(grid->type).size_bytes == 6);
        const auto* bytes = member_of(book, book.find("zoo::Tail"), "bytes");
        CHECK(book.type(bytes->type).count == 0);
        CHECK(book.type(book.type(bytes->type).target).is_character);
        CHECK(member_of(book, book.find("zoo::Cage"), "count") == nullptr);  // static

        const DebugTypeId node = book.find("zoo::Node");
        REQUIRE(book.members(node).size() == 3);
        CHECK(book.type(book.members(node)[1].type).kind == TypeKind::union_);
        CHECK(book.members(book.members(node)[1].type).size() == 2);
        CHECK(book.find("Point") == DebugTypeId());
        CHECK(book.type(book.find("zoo::Point")).size_bytes == 8);
        CHECK(book.type(book.find("zoo::Either")).kind == TypeKind::union_);
    }
}

TEST_CASE("template arguments are told, in packs and where GCC leaves them out") {
    for (const std::string& name : all_of("zoo")) {
        INFO(name);
        const Zoo zoo(name);
        const auto& book = zoo.book;
        const auto counted = book.arguments(book.find("zoo::Counted<long, 3, true, 7ul, (char)65, (Colour)1>"));
        REQUIRE(counted.size() == 6);
        CHECK(book.name(counted[0].type) == "long");
        CHECK(counted[1].is_value);
        CHECK(counted[1].value == 3);
        CHECK(counted[4].value == 'A');
        const auto pack = book.arguments(
            book.find("zoo::Pack<int, zoo::Cage const*, std::__cxx11::basic_string<char, std::char_traits<char>, "
                      "std::allocator<char> > >"));
        REQUIRE(pack.size() == 3);
        CHECK(book.name(pack[1].type) == "zoo::Cage const*");
        const auto traits = book.arguments(book.find("std::allocator_traits<std::allocator<char> >"));
        REQUIRE(traits.size() == 1);
        CHECK(book.name(traits[0].type) == "std::allocator<char>");
    }
}

TEST_CASE("thread-local variables are told by their offset in the module's block") {
    for (const std::string& name : all_of("zoo")) {
        INFO(name);
        const Zoo zoo(name);
        size_t found = 0;
        for (const symbols::Variable& variable : zoo.book.variables()) {
            if (!variable.is_thread_local) continue;
            CHECK(variable.address < 4096);
            CHECK(zoo.book.thread_local_at(variable.module, variable.address) == &variable);
            found +=
                zoo.book.text(variable.name) == "zoo::current" || zoo.book.text(variable.name) == "zoo::Cage::last";
        }
        CHECK(found == 2);
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

// SPDX-License-Identifier: MIT
//
// Books written by hand, and how the types of several modules become one book.
//
// Side: tests.
#include "catch.h"
#include "symbols/type_book_builder.h"

using namespace heapkit;
using namespace heapkit::symbols;

TEST_CASE("a book that was written by hand answers like one that was read") {
    TypeBookBuilder build;
    const auto integer = build.basic("int", 4);
    const auto session = build.structure("Session", 24);
    build.vtable_pointer(session);
    build.member(session, "next", 8, build.pointer(session));
    build.member(session, "ports", 16, build.array(integer, 2));
    const auto list = build.structure("std::list<Session, std::allocator<Session> >", 24);
    build.argument(list, session);
    build.variable("late", 0x5000, list);
    build.variable("early", 0x4000, build.pointer(session)).is_static_member = true;
    build.variable("own", 8, integer).is_thread_local = true;
    build.method(0x1000, session, "~Session").is_destructor = true;
    const TypeBook book = build.book();

    const DebugTypeId found = book.find("Session");
    REQUIRE(found != DebugTypeId());
    CHECK(book.type(found).is_polymorphic);
    REQUIRE(book.members(found).size() == 3);
    CHECK(book.text(book.members(found)[1].name) == "next");
    CHECK(book.name(book.members(found)[1].type) == "Session*");
    CHECK(book.name(book.members(found)[2].type) == "int [2]");
    CHECK(book.type(book.members(found)[2].type).size_bytes == 8);
    CHECK(book.pointer_to(found) == book.members(found)[1].type);
    const auto arguments = book.arguments(book.find("std::list<Session, std::allocator<Session> >"));
    REQUIRE(arguments.size() == 1);
    CHECK(arguments[0].type == found);
    REQUIRE(book.variables().size() == 3);
    CHECK(book.text(book.variables()[0].name) == "early");
    CHECK(book.variable_at(0x4007) == &book.variables()[0]);
    CHECK(book.variable_at(0x4008) == nullptr);
    CHECK(book.variable_at(0x5017) == &book.variables()[1]);
    CHECK(book.variable_at(8) == nullptr);
    CHECK(book.thread_local_at(ModuleId(), 11) == &book.variables()[2]);
    CHECK(book.thread_local_at(ModuleId(), 12) == nullptr);
    CHECK(book.thread_local_at(ModuleId(1), 8) == nullptr);
    REQUIRE(book.function_at(0x1000) != nullptr);
    CHECK(book.function_at(0x1000)->of_class == found);
    CHECK(book.function_at(0x1001) == nullptr);
    CHECK(book.find("Nobody") == DebugTypeId());
    CHECK(book.name(DebugTypeId()) == "void");
}

TEST_CASE("modules share classes, and a declaration becomes another module's definition") {
    TypeBookBuilder one, other;
    const auto declared = one.structure("Shared", 0);
    one.facts(declared).is_declared_only = true;
    const auto holder = one.structure("Holder", 8);
    one.member(holder, "shared", 0, one.pointer(declared));
    const auto integer = one.basic("int", 4);
    one.variable("first", 0x10, integer);
    const auto defined = other.structure("Shared", 16);
    other.member(defined, "self", 0, other.pointer(defined));
    other.member(defined, "count", 8, other.basic("int", 4));
    other.structure("Holder", 24);  // of another version: both are kept
    other.variable("second", 0x10, defined);
    const TypeBook first = one.book(), second = other.book();
    const TypeBook book =
        TypeBook::of(merged({{&first.columns(), ModuleId(0), 0x1000}, {&second.columns(), ModuleId(1), 0x2000}}));

    const DebugTypeId shared = book.find("Shared");
    CHECK(book.type(shared).size_bytes == 16);
    const auto members = book.members(book.find("Holder"));
    REQUIRE(members.size() == 1);
    CHECK(book.type(members[0].type).target == shared);
    CHECK(book.pointer_to(shared) == members[0].type);
    CHECK(book.members(shared)[0].type == members[0].type);
    size_t holders = 0, integers = 0;
    for (size_t i = 1; i < book.count(); ++i) {
        holders += book.name(DebugTypeId(i)) == "Holder";
        integers += book.name(DebugTypeId(i)) == "int";
    }
    CHECK(holders == 2);
    CHECK(integers == 1);
    CHECK(book.text(book.variable_at(0x1010)->name) == "first");
    CHECK(book.variable_at(0x2010)->type == shared);
    CHECK(book.variable_at(0x2010)->module == ModuleId(1));
}

// SPDX-License-Identifier: MIT
//
// Holes of classes that are written down by hand: C, C++ with bases and vtables, bit fields, and what is left alone.
// The compiler's own are in tests/cli/waste.py, beside pahole.
//
// Side: tests.
#include "analyze/class_padding.h"

#include "catch.h"
#include "symbols/type_book_builder.h"

using namespace heapkit;
using namespace heapkit::analyze;
using symbols::DebugTypeId;

namespace {

struct Book {
    symbols::TypeBookBuilder builder;
    DebugTypeId character = builder.basic("char", 1), half = builder.basic("short", 2),
                integer = builder.basic("int", 4), number = builder.basic("long", 8);

    ClassPadding padding_of(DebugTypeId type) const {
        const symbols::TypeBook book = builder.book();
        return PaddingOf(book).of(type);
    }
};

}  // namespace

TEST_CASE("holes and the tail are found, and what another order would save") {
    Book book;
    const DebugTypeId session = book.builder.structure("Session", 24);
    book.builder.member(session, "active", 0, book.character);
    book.builder.member(session, "id", 8, book.number);
    book.builder.member(session, "socket", 16, book.integer);
    const ClassPadding padding = book.padding_of(session);
    REQUIRE(padding.is_known);
    REQUIRE(padding.holes.size() == 2);
    CHECK(padding.holes[0].offset_bytes == 1);
    CHECK(padding.holes[0].bytes == 7);
    CHECK(padding.holes[0].after == "active");
    CHECK(padding.tail_bytes == 4);
    CHECK(padding.padding_bytes() == 11);
    CHECK(padding.best_bytes == 16);
}

TEST_CASE("a class whose members lie by alignment has nothing to save") {
    Book book;
    const DebugTypeId tight = book.builder.structure("Tight", 16);
    book.builder.member(tight, "id", 0, book.number);
    book.builder.member(tight, "socket", 8, book.integer);
    book.builder.member(tight, "active", 12, book.character);
    const ClassPadding padding = book.padding_of(tight);
    CHECK(padding.padding_bytes() == 3);
    CHECK(padding.best_bytes == 16);
    CHECK(padding.saved_bytes() == 0);
}

TEST_CASE("what is packed or aligned on purpose is left as it is") {
    Book book;
    const DebugTypeId packed = book.builder.structure("Packed", 13);
    book.builder.member(packed, "active", 0, book.character);
    book.builder.member(packed, "id", 1, book.number);
    book.builder.member(packed, "socket", 9, book.integer);
    CHECK(book.padding_of(packed).padding_bytes() == 0);
    CHECK(book.padding_of(packed).best_bytes == 13);
    const DebugTypeId counter = book.builder.structure("Counter", 64);
    book.builder.member(counter, "count", 0, book.number);
    CHECK(book.padding_of(counter).padding_bytes() == 56);
    CHECK(book.padding_of(counter).best_bytes == 64);
    const DebugTypeId parted = book.builder.structure("Parted", 128);
    book.builder.member(parted, "head", 0, book.number);
    book.builder.member(parted, "tail", 64, book.number);
    CHECK(book.padding_of(parted).best_bytes == 128);
}

TEST_CASE("members in the tail of a base leave no hole, and stay there") {
    Book book;
    const DebugTypeId base = book.builder.structure("Base", 16);
    book.builder.member(base, "id", 0, book.number);
    book.builder.member(base, "kind", 8, book.integer);
    const DebugTypeId derived = book.builder.structure("Derived", 16);
    book.builder.base(derived, 0, base);
    book.builder.member(derived, "more", 12, book.integer);
    CHECK(book.padding_of(derived).padding_bytes() == 0);
    CHECK(book.padding_of(derived).best_bytes == 16);
}

TEST_CASE("bases and the vtable pointer stay in front") {
    Book book;
    const DebugTypeId base = book.builder.structure("Base", 8);
    book.builder.member(base, "id", 0, book.number);
    const DebugTypeId derived = book.builder.structure("Derived", 40);
    book.builder.base(derived, 0, base);
    book.builder.member(derived, "a", 8, book.character);
    book.builder.member(derived, "b", 16, book.number);
    book.builder.member(derived, "c", 24, book.character);
    book.builder.member(derived, "d", 32, book.number);
    const ClassPadding padding = book.padding_of(derived);
    CHECK(padding.padding_bytes() == 14);
    CHECK(padding.best_bytes == 32);
}

TEST_CASE("an empty base takes no room") {
    Book book;
    const DebugTypeId empty = book.builder.structure("Empty", 1);
    const DebugTypeId holder = book.builder.structure("Holder", 8);
    book.builder.base(holder, 0, empty);
    book.builder.member(holder, "id", 0, book.number);
    const ClassPadding padding = book.padding_of(holder);
    CHECK(padding.is_known);
    CHECK(padding.padding_bytes() == 0);
    CHECK(padding.best_bytes == 8);
}

TEST_CASE("arrays are aligned as what they are made of") {
    Book book;
    const DebugTypeId record = book.builder.structure("Record", 24);
    const DebugTypeId name = book.builder.array(book.character, 5);
    book.builder.member(record, "name", 0, name);
    book.builder.member(record, "id", 8, book.number);
    book.builder.member(record, "tag", 16, book.half);
    const ClassPadding padding = book.padding_of(record);
    CHECK(padding.padding_bytes() == 9);
    CHECK(padding.best_bytes == 16);
}

TEST_CASE("a union has no holes, and what a class does not say is not guessed") {
    Book book;
    const DebugTypeId either = book.builder.union_type("Either", 8);
    book.builder.member(either, "a", 0, book.character);
    book.builder.member(either, "b", 0, book.number);
    CHECK_FALSE(book.padding_of(either).is_known);
    const DebugTypeId opaque = book.builder.structure("Opaque", 64);
    CHECK_FALSE(book.padding_of(opaque).is_known);
}

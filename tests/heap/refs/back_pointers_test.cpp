// SPDX-License-Identifier: MIT
//
// Which plain pointers are taken for back pointers.
//
// Side: tests. Classes are written by hand.
#include "refs/back_pointers.h"
#include "catch.h"
#include "symbols/type_book_builder.h"

using namespace heapkit;
using symbols::DebugTypeId;

namespace {

struct Classes {
    symbols::TypeBookBuilder builder;

    DebugTypeId vector_of(const std::string& element_name, DebugTypeId element) {
        const DebugTypeId vector =
            builder.structure("std::vector<" + element_name + ", std::allocator<" + element_name + "> >", 24);
        builder.argument(vector, element);
        builder.member(vector, "_M_start", 0, builder.pointer(element));
        builder.member(vector, "_M_finish", 8, builder.pointer(element));
        builder.member(vector, "_M_end_of_storage", 16, builder.pointer(element));
        return vector;
    }

    // Of the field of `type` at an offset.
    bool points_back(DebugTypeId type, uint64_t offset_bytes) const {
        const symbols::TypeBook book = builder.book();
        const types::Layouts layouts(book);
        for (const types::Field& field : layouts.fields_of(type))
            if (field.offset_bytes == offset_bytes) return refs::points_back(book, layouts, type, field);
        FAIL("no field there");
        return false;
    }
};

}  // namespace

TEST_CASE("a child's pointer to a parent that has it in a container does not own") {
    Classes classes;
    const auto folder = classes.builder.structure("Folder", 40), file = classes.builder.structure("File", 16);
    const auto to_folder = classes.builder.pointer(folder), to_file = classes.builder.pointer(file);
    classes.builder.member(folder, "files_", 0, classes.vector_of("File*", to_file));
    classes.builder.member(folder, "m_parent", 24, to_folder);
    classes.builder.member(folder, "other", 32, to_folder);
    classes.builder.member(file, "owner_", 0, to_folder);
    classes.builder.member(file, "next", 8, to_folder);
    CHECK(classes.points_back(file, 0));
    CHECK_FALSE(classes.points_back(file, 8));  // the way back is there, but not the name
    CHECK(classes.points_back(folder, 24));     // by Folder::other
    CHECK_FALSE(classes.points_back(folder, 32));
}

TEST_CASE("a pointer to an owner that does not lead back owns, whatever its name") {
    Classes classes;
    const auto folder = classes.builder.structure("Folder", 16), file = classes.builder.structure("File", 8);
    classes.builder.member(folder, "parent", 0, classes.builder.pointer(folder));
    classes.builder.member(folder, "number", 8, classes.builder.basic("long", 8));
    classes.builder.member(file, "owner", 0, classes.builder.pointer(folder));
    CHECK_FALSE(classes.points_back(file, 0));
    CHECK_FALSE(classes.points_back(folder, 0));  // a chain of parents alone
}

TEST_CASE("the links of a list own forwards, those of a tree downwards, also where they are embedded") {
    Classes classes;
    const auto link = classes.builder.structure("list_head", 16), node = classes.builder.structure("Node", 24);
    classes.builder.member(link, "next", 0, classes.builder.pointer(link));
    classes.builder.member(link, "prev", 8, classes.builder.pointer(link));
    classes.builder.member(node, "links", 0, link);
    classes.builder.member(node, "number", 16, classes.builder.basic("long", 8));
    CHECK_FALSE(classes.points_back(link, 0));
    CHECK(classes.points_back(link, 8));
    CHECK_FALSE(classes.points_back(node, 0));
    CHECK(classes.points_back(node, 8));
}

TEST_CASE("a way back may lead through bases") {
    Classes classes;
    const auto widget = classes.builder.structure("Widget", 8), window = classes.builder.structure("Window", 32);
    const auto button = classes.builder.structure("Button", 16);
    classes.builder.member(window, "widgets", 0, classes.vector_of("Widget*", classes.builder.pointer(widget)));
    classes.builder.base(button, 0, widget);
    classes.builder.member(button, "owner", 8, classes.builder.pointer(window));
    CHECK(classes.points_back(button, 8));
}

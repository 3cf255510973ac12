// SPDX-License-Identifier: MIT
//
// Types from fields: what a typed pointer leads to, and all the cases in which it must not be believed.
//
// Side: tests.
#include <cstring>

#include "written_heap.h"

using namespace heapkit;
using namespace heapkit::tests;
using symbols::DebugTypeId;
using types::Evidence;

namespace {

// struct Node { Node* next; int number; }: 16 bytes
struct Nodes : WrittenHeap {
    DebugTypeId node = book.structure("Node", 16);
    Nodes() {
        book.member(node, "next", 0, book.pointer(node));
        book.member(node, "number", 8, integer);
    }
    DebugTypeId to_node() { return book.pointer(node); }
};

}  // namespace

namespace rings {

struct Ring {  // the head of a list that is a ring: it points at itself while the list is empty
    virtual ~Ring() = default;
    Ring* next = this;
};

}  // namespace rings

TEST_CASE("a variable types the block that it points at, and that one the next") {
    Nodes heap;
    const auto chain = heap.blocks.blocks(3, {.size_bytes = 16});
    const BlockId lost = heap.blocks.block({.size_bytes = 16});
    heap.global("head", heap.to_node(), Pointer{chain[0]});
    heap.blocks.word(chain[0], 0, Pointer{chain[1]});
    heap.blocks.word(chain[1], 0, Pointer{chain[2]});
    heap.blocks.word(chain[2], 0, Pointer{chain[0]});
    const Inferred types = heap.infer();
    for (const BlockId block : chain) {
        CHECK(types.name(block) == "Node");
        CHECK(types.types->evidence(block) == Evidence::field);
    }
    CHECK(types.name(lost).empty());
}

TEST_CASE("a block that no whole number of T fills is not taken for T, nor followed as one") {
    Nodes heap;
    const BlockId larger = heap.blocks.block({.size_bytes = 24});
    const BlockId behind = heap.blocks.block({.size_bytes = 16});
    heap.global("head", heap.to_node(), Pointer{larger});
    heap.blocks.word(larger, 0, Pointer{behind});
    const Inferred types = heap.infer();
    CHECK(types.name(larger).empty());
    CHECK(types.name(behind).empty());
    CHECK(types.types->counts().misfits == 1);
}

TEST_CASE("several T side by side are followed each; but one object that fits exactly is believed first") {
    Nodes heap;
    const auto derived = heap.book.structure("Derived", 48);
    heap.book.base(derived, 0, heap.node);
    const BlockId array = heap.blocks.block({.size_bytes = 48}), object = heap.blocks.block({.size_bytes = 48});
    const BlockId last = heap.blocks.block({.size_bytes = 16});
    heap.global("nodes", heap.to_node(), Pointer{array});
    heap.global("a_base", heap.to_node(), Pointer{object});
    heap.global("derived", heap.book.pointer(derived), Pointer{object});
    heap.blocks.word(array, 32, Pointer{last});
    const Inferred types = heap.infer();
    CHECK(types.name(array) == "Node[]");
    CHECK(types.name(last) == "Node");
    CHECK(types.name(object) == "Derived");
}

TEST_CASE("arrays that lead to arrays are followed to the last, each once") {
    Nodes heap;
    std::vector<BlockId> arrays;
    for (int number = 0; number < 500; ++number) arrays.push_back(heap.blocks.block({.size_bytes = 48}));
    heap.global("nodes", heap.to_node(), Pointer{arrays.front()});
    for (size_t number = 0; number < arrays.size(); ++number)  // of a tree, and each refers to the first again
        for (const size_t child : {2 * number + 1, 2 * number + 2})
            heap.blocks.word(arrays[number], child % 2 == 0 ? 16 : 32,
                             Pointer{child < arrays.size() ? arrays[child] : arrays.front()});
    const Inferred types = heap.infer();
    for (const BlockId array : arrays) CHECK(types.name(array) == "Node[]");
    CHECK(types.types->counts().conflicts == 0);
}

TEST_CASE("void* and pointers into the middle of a block say nothing of it") {
    Nodes heap;
    const BlockId hidden = heap.blocks.block({.size_bytes = 16}), around = heap.blocks.block({.size_bytes = 48});
    heap.global("cookie", heap.book.pointer({}), Pointer{hidden});
    heap.global("link", heap.to_node(), Pointer{around, 16});
    const Inferred types = heap.infer();
    CHECK(types.name(hidden).empty());
    CHECK(types.name(around).empty());
}

TEST_CASE("of a union the one pointer that fits is followed, and none when two do") {
    Nodes heap;
    const auto leaf = heap.book.structure("Leaf", 32), twin = heap.book.structure("Twin", 16);
    const auto either = heap.book.union_type("Either", 8), unsure = heap.book.union_type("Unsure", 8);
    heap.book.member(either, "node", 0, heap.to_node());
    heap.book.member(either, "leaf", 0, heap.book.pointer(leaf));
    heap.book.member(unsure, "node", 0, heap.to_node());
    heap.book.member(unsure, "twin", 0, heap.book.pointer(twin));
    const BlockId a_leaf = heap.blocks.block({.size_bytes = 32}), a_node = heap.blocks.block({.size_bytes = 16});
    const BlockId nobody_knows = heap.blocks.block({.size_bytes = 16}), several = heap.blocks.block({.size_bytes = 64});
    heap.global("first", either, Pointer{a_leaf});
    heap.global("second", either, Pointer{a_node});
    heap.global("third", unsure, Pointer{nobody_knows});
    heap.global("fourth", either, Pointer{several});
    const Inferred types = heap.infer();
    CHECK(types.name(a_leaf) == "Leaf");
    CHECK(types.name(a_node) == "Node");
    CHECK(types.name(nobody_knows).empty());
    CHECK(types.name(several).empty());
}

TEST_CASE("a class that ends in an array of unknown length fills a larger block, and its elements are followed") {
    Nodes heap;
    const auto table = heap.book.structure("Table", 8);
    heap.book.member(table, "count", 0, heap.integer);
    heap.book.member(table, "nodes", 8, heap.book.array(heap.to_node(), 0));
    const BlockId block = heap.blocks.block({.size_bytes = 8 + 5 * 8});
    const BlockId node = heap.blocks.block({.size_bytes = 16});
    heap.global("table", heap.book.pointer(table), Pointer{block});
    heap.blocks.word(block, 40, Pointer{node});
    const Inferred types = heap.infer();
    CHECK(types.name(block) == "Table");
    CHECK(types.name(node) == "Node");
}

TEST_CASE("an array behind its count is one only if the count is right") {
    Nodes heap;
    const BlockId right = heap.blocks.block({.size_bytes = 8 + 3 * 16}),
                  wrong = heap.blocks.block({.size_bytes = 8 + 3 * 16});
    const BlockId last = heap.blocks.block({.size_bytes = 16});
    heap.global("right", heap.to_node(), Pointer{right, 8});
    heap.global("wrong", heap.to_node(), Pointer{wrong, 8});
    heap.blocks.word(right, 0, Integer{3});
    heap.blocks.word(wrong, 0, Integer{4});
    heap.blocks.word(right, 8 + 2 * 16, Pointer{last});
    const Inferred types = heap.infer();
    CHECK(types.name(right) == "Node[]");
    CHECK(types.types->type(types.types->of(right)).first_offset_bytes == 8);
    CHECK(types.name(last) == "Node");
    CHECK(types.name(wrong).empty());
}

TEST_CASE("who comes first stays, and the conflict is counted") {
    Nodes heap;
    const auto twin = heap.book.structure("Twin", 16);
    const BlockId block = heap.blocks.block({.size_bytes = 16});
    heap.global("one", heap.to_node(), Pointer{block});
    heap.global("other", heap.book.pointer(twin), Pointer{block});
    const Inferred types = heap.infer();
    CHECK_FALSE(types.name(block).empty());
    CHECK(types.types->counts().conflicts == 1);
}

TEST_CASE("a long array of a variable is followed where something was kept") {
    Nodes heap;
    const uint64_t at = heap.global("table", heap.book.array(heap.to_node(), 400), 3200);
    const BlockId node = heap.blocks.block({.size_bytes = 16});
    heap.global_word(at + 399 * 8, Pointer{node});
    CHECK(heap.infer().name(node) == "Node");
}

TEST_CASE("an optional is looked into while it is engaged, a variant as its index says") {
    Nodes heap;
    const auto optional = heap.book.structure("std::optional<Node*>", 16);
    heap.book.argument(optional, heap.to_node());
    const auto payload = heap.book.structure("std::_Optional_payload<Node*>", 16);
    heap.book.member(payload, "_M_value", 0, heap.to_node());
    heap.book.member(payload, "_M_engaged", 8, heap.book.basic("bool", 1));
    heap.book.member(optional, "_M_payload", 0, payload);
    const auto leaf = heap.book.structure("Leaf", 16), variant = heap.book.structure("std::variant<Node*, Leaf*>", 16);
    heap.book.argument(variant, heap.to_node());
    heap.book.argument(variant, heap.book.pointer(leaf));
    heap.book.member(variant, "_M_u", 0, heap.book.union_type("std::__detail::_Variadic_union<Node*, Leaf*>", 8));
    heap.book.member(variant, "_M_index", 8, heap.book.basic("unsigned char", 1));
    const auto blocks = heap.blocks.blocks(4, {.size_bytes = 16});
    const uint64_t at = heap.global("four", heap.book.array(optional, 2), 32);
    const uint64_t variants_at = heap.global("two", heap.book.array(variant, 2), 32);
    heap.global_word(at, Pointer{blocks[0]});
    heap.global_word(at + 8, Integer{1});
    heap.global_word(at + 16, Pointer{blocks[1]});  // reset: the flag is zero, and not kept
    heap.global_word(variants_at, Pointer{blocks[2]});
    heap.global_word(variants_at + 16, Pointer{blocks[3]});
    heap.global_word(variants_at + 24, Flags{1, 0});
    const Inferred types = heap.infer();
    CHECK(types.name(blocks[0]) == "Node");
    CHECK(types.name(blocks[1]).empty());
    CHECK(types.name(blocks[2]) == "Node");
    CHECK(types.name(blocks[3]) == "Leaf");
}

TEST_CASE("an object in another one, which points at itself, is looked into once") {
    const rings::Ring one;
    uint64_t vtable = 0;
    std::memcpy(&vtable, static_cast<const void*>(&one), sizeof vtable);
    WrittenHeap heap;
    heap.blocks.module_of(reinterpret_cast<const void*>(vtable));
    const auto ring = heap.book.structure("rings::Ring", 16), list = heap.book.structure("List", 32);
    const auto leaf = heap.book.structure("Leaf", 8);
    heap.book.vtable_pointer(ring);
    heap.book.member(ring, "next", 8, heap.book.pointer(ring));
    heap.book.member(list, "leaf", 0, heap.book.pointer(leaf));
    heap.book.member(list, "ring", 16, ring);
    const BlockId block = heap.blocks.block({.size_bytes = 32}), last = heap.blocks.block({.size_bytes = 8});
    heap.global("list", heap.book.pointer(list), Pointer{block});
    heap.blocks.word(block, 0, Pointer{last});
    heap.blocks.word(block, 16, ModulePointer{vtable});
    heap.blocks.word(block, 24, Pointer{block, 16});
    const Inferred types = heap.infer();
    CHECK(types.name(block) == "List");
    CHECK(types.name(last) == "Leaf");
}

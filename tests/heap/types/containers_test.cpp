// SPDX-License-Identifier: MIT
//
// Containers as a snapshot has them: storage, elements in order, and all that makes one be rejected.
//
// Side: tests.
#include <set>

#include "types/container_rules.h"
#include "written_heap.h"

using namespace heapkit;
using namespace heapkit::tests;
using symbols::DebugTypeId;
using types::StorageRole;

namespace {

struct Items : WrittenHeap {
    DebugTypeId item = book.structure("Item", 16);
    DebugTypeId vector = vector_of("Item", item);
    Items() { book.member(item, "other", 8, book.pointer(item)); }

    // A global vector whose three pointers are given.
    uint64_t global_vector(const Word& begin, const Word& end, const Word& limit) {
        const uint64_t at = global("items" + std::to_string(++vectors_), vector, 24);
        global_word(at, begin);
        global_word(at + 8, end);
        global_word(at + 16, limit);
        return at;
    }

   private:
    int vectors_ = 0;
};

}  // namespace

TEST_CASE("a vector's elements are looked at, its spare capacity is not") {
    Items heap;
    const BlockId buffer = heap.blocks.block({.size_bytes = 4 * 16});
    const BlockId of_second = heap.blocks.block({.size_bytes = 16}), of_spare = heap.blocks.block({.size_bytes = 16});
    heap.global_vector(Pointer{buffer}, Pointer{buffer, 32}, EndPointer{buffer});
    heap.blocks.word(buffer, 16 + 8, Pointer{of_second});
    heap.blocks.word(buffer, 48 + 8, Pointer{of_spare});
    const Inferred types = heap.infer();
    CHECK(types.name(buffer) == "vector<Item> buffer");
    CHECK(types.name(of_second) == "Item");
    CHECK(types.name(of_spare).empty());
    REQUIRE(types.types->containers().all.size() == 1);
    const types::Container& container = types.types->containers().all[0];
    CHECK(container.elements == 2);
    CHECK(container.capacity == 4);
    CHECK(container.place.is_root);
    CHECK(types.types->containers().role_of[buffer.index()] == StorageRole::buffer);
}

TEST_CASE("a vector that was not constructed yet is rejected as a whole") {
    Items heap;
    const BlockId buffer = heap.blocks.block({.size_bytes = 4 * 16}), other = heap.blocks.block({.size_bytes = 64});
    heap.global_vector(Pointer{buffer}, Pointer{buffer, 24}, EndPointer{buffer});      // no whole element
    heap.global_vector(Pointer{buffer, 32}, Pointer{buffer, 16}, EndPointer{buffer});  // ends before it begins
    heap.global_vector(Pointer{buffer}, Pointer{other, 16}, EndPointer{other});        // in two blocks
    heap.global_vector(Pointer{buffer}, EndPointer{buffer}, Pointer{buffer, 16});      // more than it has room for
    const Inferred types = heap.infer();
    CHECK(types.name(buffer).empty());
    CHECK(types.types->containers().all.empty());
    CHECK(types.types->counts().rejected_containers == 4);
}

TEST_CASE("storage belongs to one container: a stale copy of it gets nothing") {
    Items heap;
    const BlockId buffer = heap.blocks.block({.size_bytes = 32});
    heap.global_vector(Pointer{buffer}, EndPointer{buffer}, EndPointer{buffer});
    heap.global_vector(Pointer{buffer}, EndPointer{buffer}, EndPointer{buffer});
    const Inferred types = heap.infer();
    CHECK(types.types->containers().all.size() == 1);
    CHECK(types.types->counts().rejected_containers == 1);
}

TEST_CASE("an empty container has no storage and is not listed") {
    Items heap;
    heap.global("items", heap.vector, 24);
    const Inferred types = heap.infer();
    CHECK(types.types->containers().all.empty());
    CHECK(types.types->counts().rejected_containers == 0);
}

// ---- Nodes ---------------------------------------------------------------------------------------------------------

namespace {

// libstdc++'s std::__cxx11::list<Item>: a node is next, previous, Item.
struct Lists : Items {
    DebugTypeId list = book.structure("std::__cxx11::list<Item, std::allocator<Item> >", 24);
    uint64_t at = 0;
    std::vector<BlockId> nodes;

    Lists() {
        const auto node = book.structure("std::_List_node<Item>", 32);
        book.member(node, "_M_storage", 16, item);
        const auto header = book.structure("std::__detail::_List_node_header", 24);
        book.member(header, "_M_next", 0, book.pointer(header));
        book.member(header, "_M_prev", 8, book.pointer(header));
        book.member(header, "_M_size", 16, book.basic("unsigned long", 8));
        const auto implementation = book.structure("std::_List_base<Item>::_List_impl", 24);
        book.member(implementation, "_M_node", 0, header);
        book.member(list, "_M_impl", 0, implementation);
        book.argument(list, item);
        at = global("items", list, 24);
        nodes = blocks.blocks(3, {.size_bytes = 32});
    }
    Word sentinel() const { return ModulePointer{globals_at + at}; }
    void link(uint32_t count) {
        global_word(at, Pointer{nodes[0]});
        global_word(at + 8, Pointer{nodes[2]});
        global_word(at + 16, Integer{count});
        for (size_t index = 0; index < 3; ++index) {
            blocks.word(nodes[index], 0, index == 2 ? sentinel() : Word(Pointer{nodes[index + 1]}));
            blocks.word(nodes[index], 8, index == 0 ? sentinel() : Word(Pointer{nodes[index - 1]}));
        }
    }
};

}  // namespace

TEST_CASE("a list's nodes are its storage in their order, and their elements are looked at") {
    Lists heap;
    heap.link(3);
    const BlockId other = heap.blocks.block({.size_bytes = 16});
    heap.blocks.word(heap.nodes[1], 16 + 8, Pointer{other});
    const Inferred types = heap.infer();
    for (uint32_t index = 0; index < 3; ++index) {
        CHECK(types.name(heap.nodes[index]) == "list<Item> node");
        CHECK(types.storage(heap.nodes[index]).first == index);
    }
    CHECK(types.name(other) == "Item");
    CHECK(types.types->containers().all.at(0).elements == 3);
    CHECK(types.types->containers().all.at(0).is_count_exact);
}

TEST_CASE("a list that does not hold as many as it says, or does not lead back, is rejected") {
    Lists miscounted;
    miscounted.link(4);
    CHECK(miscounted.infer().types->containers().all.empty());
    Lists broken;
    broken.link(3);
    broken.blocks.word(broken.nodes[1], 8, Pointer{broken.nodes[2]});
    const Inferred types = broken.infer();
    CHECK(types.types->containers().all.empty());
    CHECK(types.name(broken.nodes[0]).empty());
}

TEST_CASE("a map's nodes are found in the order of their keys") {
    WrittenHeap heap;
    const auto pair = heap.book.structure("std::pair<int const, int>", 8);
    const auto node = heap.book.structure("std::_Rb_tree_node<std::pair<int const, int> >", 40);
    heap.book.member(node, "_M_storage", 32, pair);
    const auto tree = heap.book.structure("std::_Rb_tree<int, std::pair<int const, int> >", 48);
    heap.book.argument(tree, heap.integer);
    heap.book.argument(tree, pair);
    const auto base = heap.book.structure("std::_Rb_tree_node_base", 32);
    heap.book.member(base, "_M_parent", 8, heap.book.pointer(base));
    heap.book.member(tree, "_M_header", 8, base);
    heap.book.member(tree, "_M_node_count", 40, heap.book.basic("unsigned long", 8));
    const auto map = heap.book.structure("std::map<int, int, std::less<int> >", 48);
    heap.book.member(map, "_M_t", 0, tree);
    const auto nodes = heap.blocks.blocks(3, {.size_bytes = 40});  // 0 is the root, 1 on its left, 2 on its right
    const uint64_t at = heap.global("by_number", map, 48);
    heap.global_word(at + 16, Pointer{nodes[0]});
    heap.global_word(at + 40, Integer{3});
    heap.blocks.word(nodes[0], 8, ModulePointer{WrittenHeap::globals_at + at + 8});
    heap.blocks.word(nodes[0], 16, Pointer{nodes[1]});
    heap.blocks.word(nodes[0], 24, Pointer{nodes[2]});
    heap.blocks.word(nodes[1], 8, Pointer{nodes[0]});
    heap.blocks.word(nodes[2], 8, Pointer{nodes[0]});
    const Inferred types = heap.infer();
    CHECK(types.name(nodes[0]) == "map<int, int> node");
    CHECK(types.storage(nodes[1]).first == 0);
    CHECK(types.storage(nodes[0]).first == 1);
    CHECK(types.storage(nodes[2]).first == 2);
    CHECK(types.types->containers().all.at(0).elements == 3);
}

TEST_CASE("a string's text is its storage unless it lies in the string itself") {
    WrittenHeap heap;
    const auto string =
        heap.book.structure("std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >", 32);
    heap.book.argument(string, heap.character);
    const auto data = heap.book.structure("std::__cxx11::basic_string<char>::_Alloc_hider", 8);
    heap.book.member(data, "_M_p", 0, heap.book.pointer(heap.character));
    heap.book.member(string, "_M_dataplus", 0, data);
    heap.book.member(string, "_M_string_length", 8, heap.book.basic("unsigned long", 8));
    const uint64_t at = heap.global("texts", heap.book.array(string, 2), 64);
    const BlockId text = heap.blocks.block({.size_bytes = 31});
    heap.global_word(at, ModulePointer{WrittenHeap::globals_at + at + 16});
    heap.global_word(at + 8, Integer{5});
    heap.global_word(at + 32, Pointer{text});
    heap.global_word(at + 40, Integer{30});
    const Inferred types = heap.infer();
    CHECK(types.name(text) == "string text");
    CHECK(types.types->type(types.types->of(text)).form == types::Type::Form::text);
    CHECK(types.types->containers().all.size() == 1);
}

TEST_CASE("a string that is copied when it is written to, as before C++11, is no container, and its text no object") {
    WrittenHeap heap;
    const auto string =
        heap.book.structure("std::basic_string<char, std::char_traits<char>, std::allocator<char> >", 8);
    heap.book.argument(string, heap.character);
    const auto data = heap.book.structure("std::basic_string<char>::_Alloc_hider", 8);
    heap.book.member(data, "_M_p", 0, heap.book.pointer(heap.character));
    heap.book.member(string, "_M_dataplus", 0, data);
    const BlockId text = heap.blocks.block({.size_bytes = 24 + 31});
    heap.blocks.word(text, 0, Integer{30});
    heap.blocks.word(text, 8, Integer{30});
    heap.global("title", string, Pointer{text, 24});  // behind length, capacity and count
    const Inferred types = heap.infer();
    CHECK(types.name(text).empty());
    CHECK(types.types->containers().all.empty());
    CHECK(types.types->counts().rejected_containers == 0);
}

TEST_CASE("what make_shared made is looked at while somebody owns it, and not when only a weak_ptr is left") {
    for (const uint32_t owners : {1, 0}) {
        Items heap;
        const auto storage = heap.book.structure("__gnu_cxx::__aligned_buffer<Item>", 16);
        heap.book.argument(storage, heap.item);
        const auto block = heap.book.structure(
            "std::_Sp_counted_ptr_inplace<Item, std::allocator<Item>, (__gnu_cxx::_Lock_policy)2>", 32);
        heap.book.argument(block, heap.item);
        heap.book.member(block, "_M_use_count", 8, heap.integer);
        heap.book.member(block, "_M_storage", 16, storage);
        const BlockId made = heap.blocks.block({.size_bytes = 32}), other = heap.blocks.block({.size_bytes = 16});
        heap.global("counts", heap.book.pointer(block), Pointer{made});
        heap.blocks.word(made, 8, IntegerPair{static_cast<uint16_t>(owners), 1});
        heap.blocks.word(made, 16 + 8, Pointer{other});
        const Inferred types = heap.infer();
        INFO(owners);
        CHECK(types.name(other) == (owners == 1 ? "Item" : ""));
    }
}

TEST_CASE("a container of another library of a known shape needs one row: boost::container::vector") {
    Items heap;
    const auto vector = heap.book.structure("boost::container::vector<Item, void, void>", 24);
    heap.book.argument(vector, heap.item);
    const auto holder = heap.book.structure("boost::container::vector_alloc_holder<Item>", 24);
    heap.book.member(holder, "m_start", 0, heap.book.pointer(heap.item));
    heap.book.member(holder, "m_size", 8, heap.book.basic("unsigned long", 8));
    heap.book.member(holder, "m_capacity", 16, heap.book.basic("unsigned long", 8));
    heap.book.member(vector, "m_holder", 0, holder);
    const uint64_t at = heap.global("items", vector, 24);
    const BlockId buffer = heap.blocks.block({.size_bytes = 64}), other = heap.blocks.block({.size_bytes = 16});
    heap.global_word(at, Pointer{buffer});
    heap.global_word(at + 8, Integer{2});
    heap.global_word(at + 16, Integer{4});
    heap.blocks.word(buffer, 24, Pointer{other});
    const Inferred types = heap.infer();
    CHECK(types.name(buffer).starts_with("boost::container::vector<Item"));
    CHECK(types.name(buffer).ends_with(" buffer"));
    CHECK(types.name(other) == "Item");
    CHECK(types.types->containers().all.at(0).capacity == 4);
}

TEST_CASE("each row of the table of containers has a name and the members that its shape needs") {
    std::set<std::pair<std::string_view, std::array<std::string_view, 4>>> seen;
    for (const types::ContainerRule& rule : types::container_rules()) {
        INFO(rule.name);
        CHECK_FALSE(rule.name.empty());
        CHECK(seen.emplace(rule.name, rule.members).second);
        if (rule.shape != types::Shape::transparent) CHECK_FALSE(rule.members[0].empty());
    }
}

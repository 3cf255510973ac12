// SPDX-License-Identifier: MIT
//
// What a program declared of its blocks: when it is believed, how it meets debug information, and what fields that were
// declared lead to.
//
// Side: tests.
#include "places.h"
#include "written_heap.h"

using namespace heapkit;
using namespace heapkit::tests;
using symbols::DebugTypeId;
using types::Evidence;

namespace {

constexpr uint32_t pointer_flag = PROF_DECLARED_POINTER;

struct Declared : WrittenHeap {
    StackId stack = blocks.stack({0x401010});

    BlockId block(uint32_t type, uint64_t size_bytes) {
        return blocks.block({.size_bytes = size_bytes, .stack = blocks.tagged(stack, {.type = type})});
    }
    BlockId plain(uint64_t size_bytes) { return blocks.block({.size_bytes = size_bytes, .stack = stack}); }
    uint32_t declare(const std::string& name, uint64_t size_bytes, std::vector<NewDeclaredField> fields = {}) {
        return blocks.declare({.name = name, .size_bytes = size_bytes, .fields = std::move(fields)});
    }
};

std::string path(const Inferred& types, BlockId block, uint64_t offset) {
    return types.types->layouts().path_at(types.types->type(types.types->of(block)).layout, offset);
}

}  // namespace

TEST_CASE("a declared block is what the program said, one or several") {
    Declared heap;
    const uint32_t session = heap.declare("Session", 48);
    const BlockId one = heap.block(session, 48), several = heap.block(session, 144);
    const BlockId counted = heap.block(session, 8 + 96);
    const BlockId other = heap.plain(48);
    const Inferred types = heap.infer();
    CHECK(types.name(one) == "Session");
    CHECK(types.name(several) == "Session[]");
    CHECK(types.name(counted) == "Session[]");
    CHECK(types.types->type(types.types->of(counted)).first_offset_bytes == 8);
    CHECK(types.types->evidence(one) == Evidence::declared);
    CHECK(types.name(other).empty());
    CHECK(types.types->declared_doubts().empty());
}

TEST_CASE("mangled names are understood, whatever they are of") {
    Declared heap;
    const auto mangled = [&](const char* name, uint64_t size) {
        return heap.blocks.declare({.name = name, .size_bytes = size, .flags = PROF_DECLARED_MANGLED});
    };
    const BlockId session = heap.block(mangled("N4http7SessionE", 32), 32);
    const BlockId node = heap.block(mangled("St13_Rb_tree_nodeISt4pairIKi8DocumentEE", 64), 64);
    const BlockId set_node = heap.block(mangled("St13_Rb_tree_nodeIiE", 40), 40);
    const BlockId shared = heap.block(
        mangled("St23_Sp_counted_ptr_inplaceI7SessionN4prof9allocatorIS0_EELN9__gnu_cxx12_Lock_policyE2EE", 64), 64);
    const BlockId text = heap.block(mangled("c", 1), 31);
    const BlockId buckets = heap.block(mangled("PNSt8__detail15_Hash_node_baseE", 8), 104);
    const Inferred types = heap.infer();
    CHECK(types.name(session) == "http::Session");
    CHECK(types.name(node) == "map<int, Document> node");
    CHECK(types.name(set_node) == "set<int> node");
    CHECK(types.name(shared) == "Session");
    CHECK(types.name(text) == "char[]");
    CHECK(types.name(buckets) == "hash table buckets");
}

TEST_CASE("a declared size that the block does not have is not believed, and told") {
    Declared heap;
    const uint32_t session = heap.declare("Session", 48);
    const BlockId right = heap.block(session, 48), odd = heap.block(session, 50);
    const Inferred types = heap.infer();
    CHECK(types.name(right) == "Session");
    CHECK(types.name(odd).empty());
    const auto doubts = types.types->declared_doubts();
    REQUIRE(doubts.size() == 1);
    CHECK(doubts[0].name == "Session");
    CHECK(doubts[0].blocks == 1);
    CHECK(doubts[0].known_bytes == 0);
}

TEST_CASE("a declared size that debug information contradicts is not believed, and told") {
    Declared heap;
    heap.book.structure("Session", 40);
    const BlockId block = heap.block(heap.declare("Session", 48), 48);
    const Inferred types = heap.infer();
    CHECK(types.name(block).empty());
    const auto doubts = types.types->declared_doubts();
    REQUIRE(doubts.size() == 1);
    CHECK(doubts[0].declared_bytes == 48);
    CHECK(doubts[0].known_bytes == 40);
    CHECK(doubts[0].blocks == 1);
}

TEST_CASE("where debug information has the class, its fields are taken") {
    Declared heap;
    const DebugTypeId session = heap.book.structure("Session", 16);
    heap.book.member(session, "peer_", 8, heap.book.pointer(session));
    const uint32_t row = heap.declare("Session", 16, {{.name = "other", .type = "int", .offset = 0, .size_bytes = 4}});
    const BlockId first = heap.block(row, 16), second = heap.plain(16);
    heap.blocks.word(first, 8, Pointer{second});
    const Inferred types = heap.infer();
    CHECK(path(types, first, 8) == "peer_");
    CHECK(path(types, first, 0).empty());
    CHECK(types.name(second) == "Session");
    CHECK(types.types->evidence(second) == Evidence::field);
    CHECK_FALSE(types.book.is_by_program(types.types->type(types.types->of(first)).layout));
}

TEST_CASE("declared fields name what lies in a block, and a pointer leads to what it was declared to point to") {
    Declared heap;
    const uint32_t peer =
        heap.declare("Peer", 24, {{.name = "next", .type = "Peer", .offset = 16, .flags = pointer_flag}});
    const uint32_t session = heap.declare("Session", 64,
                                          {{.name = "id_", .type = "int", .offset = 0, .size_bytes = 4},
                                           {.name = "peer_", .type = "Peer", .offset = 8, .flags = pointer_flag},
                                           {.name = "inner_", .type = "Peer", .offset = 16, .size_bytes = 24},
                                           {.name = "closed_", .type = "Unknown", .offset = 40, .size_bytes = 24}});
    (void)peer;
    const BlockId block = heap.block(session, 64), to = heap.plain(24), from_inner = heap.plain(24),
                  third = heap.plain(24);
    const BlockId hidden = heap.plain(24);
    heap.blocks.word(block, 8, Pointer{to});
    heap.blocks.word(block, 32, Pointer{from_inner});
    heap.blocks.word(block, 48, Pointer{hidden});
    heap.blocks.word(to, 16, Pointer{third});
    const Inferred types = heap.infer();
    CHECK(path(types, block, 0) == "id_");
    CHECK(path(types, block, 8) == "peer_");
    CHECK(path(types, block, 32) == "inner_.next");
    CHECK(path(types, block, 48) == "closed_");
    for (const BlockId each : {to, from_inner, third}) CHECK(types.name(each) == "Peer");
    CHECK(types.types->evidence(to) == Evidence::field);
    CHECK(types.name(hidden).empty());
}

TEST_CASE("smart pointers of the library that a field was declared to be are followed") {
    Declared heap;
    heap.declare("Peer", 24);
    const uint32_t session = heap.declare(
        "Session", 40,
        {{.name = "owned_", .type = "std::unique_ptr<Peer, std::default_delete<Peer> >", .offset = 0, .size_bytes = 8},
         {.name = "shared_", .type = "std::shared_ptr<Peer>", .offset = 8, .size_bytes = 16},
         {.name = "seen_", .type = "std::weak_ptr<Peer>", .offset = 24, .size_bytes = 16}});
    const BlockId block = heap.block(session, 40), owned = heap.plain(24), shared = heap.plain(24);
    heap.blocks.word(block, 0, Pointer{owned});
    heap.blocks.word(block, 8, Pointer{shared});
    const Inferred types = heap.infer();
    CHECK(types.name(owned) == "Peer");
    CHECK(types.name(shared) == "Peer");
    CHECK(path(types, block, 0) == "owned_");
    CHECK(path(types, block, 8) == "shared_");
    const auto fields = types.types->layouts().fields_of(types.types->type(types.types->of(block)).layout);
    REQUIRE(fields.size() == 5);
    CHECK(fields[1].is_smart);
    CHECK(fields[3].is_weak);
}

TEST_CASE("a vector that a field was declared to be is read, and its buffer is called after it") {
    Declared heap;
    const uint32_t document = heap.declare("Document", 24);
    const uint32_t cache = heap.declare("Cache", 32,
                                        {{.name = "documents_",
                                          .type = "std::vector<Document, prof::allocator<Document> >",
                                          .offset = 8,
                                          .size_bytes = 24}});
    const BlockId block = heap.block(cache, 32), buffer = heap.block(document, 96);
    heap.blocks.word(block, 8, Pointer{buffer});
    heap.blocks.word(block, 16, Pointer{buffer, 48});
    heap.blocks.word(block, 24, EndPointer{buffer});
    const Inferred types = heap.infer();
    CHECK(types.name(buffer) == "vector<Document> buffer");
    CHECK(types.types->evidence(buffer) == Evidence::declared);
    REQUIRE(types.storage(buffer).container != types::no_container);
    const types::Container& container = types.types->containers().all[types.storage(buffer).container];
    CHECK(container.elements == 2);
    CHECK(container.capacity == 4);
}

TEST_CASE("a map that a field was declared to be is read, with the values in its nodes") {
    Declared heap;
    heap.declare("Peer", 40);
    heap.declare("Document", 24, {{.name = "peer", .type = "Peer", .offset = 8, .flags = pointer_flag}});
    const uint32_t node = heap.declare("std::_Rb_tree_node<std::pair<int const, Document> >", 64);
    const uint32_t cache = heap.declare("Cache", 48,
                                        {{.name = "documents_",
                                          .type = "std::map<int, Document, std::less<int>, "
                                                  "prof::allocator<std::pair<int const, Document> > >",
                                          .offset = 0,
                                          .size_bytes = 48}});
    const BlockId block = heap.block(cache, 48);
    const BlockId root = heap.block(node, 64), right = heap.block(node, 64), peer = heap.plain(40);
    heap.blocks.word(block, 16, Pointer{root});
    heap.blocks.word(block, 24, Pointer{root});
    heap.blocks.word(block, 32, Pointer{right});
    heap.blocks.word(block, 40, Integer{2});
    heap.blocks.word(root, 8, Pointer{block, 8});
    heap.blocks.word(root, 24, Pointer{right});
    heap.blocks.word(right, 8, Pointer{root});
    heap.blocks.word(right, 32, Integer{7});
    heap.blocks.word(right, 40 + 8, Pointer{peer});
    const Inferred types = heap.infer();
    CHECK(types.name(root).starts_with("map<int, Document"));
    CHECK(types.name(root).ends_with(" node"));
    CHECK(types.types->evidence(root) == Evidence::declared);
    CHECK(types.name(peer) == "Peer");
    REQUIRE(types.storage(right).container != types::no_container);
    const types::Container& container = types.types->containers().all[types.storage(right).container];
    CHECK(container.elements == 2);
    CHECK(types.book.name(container.element) == "std::pair<int const, Document>");
}

TEST_CASE("what make_shared made has the fields of what it made") {
    Declared heap;
    heap.declare("Session", 24, {{.name = "peer_", .type = "Session", .offset = 16, .flags = pointer_flag}});
    const uint32_t made =
        heap.declare("std::_Sp_counted_ptr_inplace<Session, std::allocator<void>, (__gnu_cxx::_Lock_policy)2>", 40);
    const BlockId block = heap.block(made, 40), other = heap.plain(24);
    heap.blocks.word(block, 8, IntegerPair{1, 1});
    heap.blocks.word(block, 32, Pointer{other});
    const Inferred types = heap.infer();
    CHECK(types.name(block) == "Session");
    CHECK(path(types, block, 32) == "peer_");
    CHECK(types.name(other) == "Session");
}

TEST_CASE("an array that was declared is not followed before all else: how much of it is in use nobody said") {
    Declared heap;
    const uint32_t node =
        heap.declare("Node", 16, {{.name = "next", .type = "Node", .offset = 0, .flags = pointer_flag}});
    const BlockId array = heap.block(node, 64), reached = heap.plain(16);
    heap.blocks.word(array, 48, Pointer{reached});
    const Inferred types = heap.infer();
    CHECK(types.name(reached) == "Node");
    CHECK(types.types->evidence(reached) == Evidence::seeded_field);
}

namespace declared_classes {

struct Base {
    virtual ~Base() = default;
    void* one = nullptr;
};
struct Derived : Base {};
struct Stranger {
    virtual ~Stranger() = default;
    void* one = nullptr;
};

uint64_t vptr_of(const void* object) { return *static_cast<const uint64_t*>(object); }

}  // namespace declared_classes

TEST_CASE("a vtable wins over a declaration when its class is derived from the declared one, and only then") {
    using namespace declared_classes;
    const Base base;
    const Derived derived;
    const Stranger stranger;
    Declared heap;
    heap.blocks.module_of(reinterpret_cast<const void*>(vptr_of(&base)));
    const uint32_t row = heap.declare("declared_classes::Base", sizeof(Base));
    const BlockId same = heap.block(row, sizeof(Base)), more = heap.block(row, sizeof(Base)),
                  other = heap.block(row, sizeof(Base));
    heap.blocks.word(same, 0, ModulePointer{vptr_of(&base)});
    heap.blocks.word(more, 0, ModulePointer{vptr_of(&derived)});
    heap.blocks.word(other, 0, ModulePointer{vptr_of(&stranger)});
    const Inferred types = heap.infer();
    CHECK(types.name(same) == "declared_classes::Base");
    CHECK(types.types->evidence(same) == Evidence::declared);
    CHECK(types.name(more) == "declared_classes::Derived");
    CHECK(types.types->evidence(more) == Evidence::vtable);
    CHECK(types.name(other) == "declared_classes::Base");
    const auto votes = types.types->votes(more);
    REQUIRE(votes.size() >= 2);
    CHECK(votes[1].evidence == Evidence::declared);
}

TEST_CASE("declarations that make no sense by their names are taken as names") {
    Declared heap;
    const uint32_t deep = heap.declare(std::string(3000, '<') + std::string(3000, '>'), 16);
    const uint32_t odd =
        heap.declare("std::vector<", 24, {{.name = "a", .type = "std::map<>", .offset = 0, .size_bytes = 48 - 24}});
    const uint32_t self = heap.declare("Self", 16, {{.name = "self", .type = "Self", .offset = 0, .size_bytes = 16}});
    const BlockId first = heap.block(deep, 16), second = heap.block(odd, 24), third = heap.block(self, 16);
    const Inferred types = heap.infer();
    for (const BlockId block : {first, second, third}) CHECK(types.types->evidence(block) == Evidence::declared);
    CHECK(types.name(third) == "Self");
}

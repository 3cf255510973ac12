// SPDX-License-Identifier: MIT
//
// The graph of references where no debug information says anything: blocks, words of roots, offsets.
//
// Side: tests.
#include "refs/references.h"

#include "catch.h"
#include "heap.h"
#include "snapshot_writer.h"
#include "temporary_folder.h"

using namespace heapkit;
using namespace heapkit::tests;
using refs::References;
using refs::VertexId;
using refs::Vertices;

namespace {

class OpenHeap {
   public:
    explicit OpenHeap(const SnapshotWriter& writer) : heap_(open(writer, folder_)) {}
    const References& references() const {
        const auto found = heap_.references();
        if (!found) FAIL(found.error().what);
        return **found;
    }
    const Heap& heap() const { return heap_; }

   private:
    static Heap open(const SnapshotWriter& writer, const TemporaryFolder& folder) {
        writer.write(folder / "a.heap");
        HeapOptions options;
        options.symbols.use_cache = false;
        auto heap = Heap::open(folder / "a.heap", options);
        if (!heap) FAIL(heap.error().what);
        return *std::move(heap);
    }
    TemporaryFolder folder_;
    Heap heap_;
};

std::vector<uint32_t> edges_from(const References& references, VertexId vertex) {
    std::vector<uint32_t> edges;
    for (uint32_t edge = references.graph().begin[vertex.index()]; edge < references.graph().begin[vertex.index() + 1];
         ++edge)
        edges.push_back(edge);
    return edges;
}

}  // namespace

TEST_CASE("a reference that no type explains is called by its offset, and may be none") {
    SnapshotWriter writer;
    const BlockId from = writer.block({.size_bytes = 64}), to = writer.block({.size_bytes = 16});
    writer.word(from, 8, Integer{5});
    writer.word(from, 24, Pointer{to});
    writer.word(from, 32, Pointer{to, 8});
    writer.word(from, 40, SelfPointer{0});
    const OpenHeap heap(writer);
    const References& references = heap.references();
    const auto edges = edges_from(references, VertexId(from.value));
    REQUIRE(edges.size() == 2);
    CHECK(references.label(edges[0]) == "+0x18");
    CHECK(references.label(edges[1]) == "+0x20");
    const refs::Reference start = references.reference(edges[0]), inside = references.reference(edges[1]);
    CHECK(start.is_conservative);
    CHECK(start.owns);
    CHECK_FALSE(inside.owns);
    CHECK(start.from.value == from.value);
    CHECK(start.to.value == to.value);
    CHECK(start.place == types::Place{.is_root = false, .index = from.value, .offset_bytes = 24});
    CHECK(references.size_bytes(start.to) == 16);
}

TEST_CASE("each word of a root that belongs to no variable is a root of its own") {
    SnapshotWriter writer;
    const BlockId a = writer.block({}), b = writer.block({});
    writer.thread({.tid = 1001, .slot = 2, .name = "worker", .stack_start = 0x7f00'0000, .stack_end = 0x7f00'1000});
    const RootId globals = writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 64);
    writer.word(globals, 8, Pointer{a});
    writer.word(globals, 16, Integer{3});
    writer.word(globals, 24, Pointer{b});
    const RootId stack = writer.root(PROF_ROOT_STACK, 1, 0x7f00'0000, 64);
    writer.word(stack, 0, Pointer{b});
    const OpenHeap heap(writer);
    const References& references = heap.references();
    const Vertices& vertices = references.vertices();
    REQUIRE(vertices.roots().size() == 3);
    const auto root = [&](size_t index) { return VertexId(vertices.first_root() + index); };
    CHECK(references.root_name(root(0)) == "program+0x404008");
    CHECK(references.root_name(root(1)) == "program+0x404018");
    CHECK(references.root_name(root(2)) == "stack of worker (tid 1001)+0x0");
    CHECK(references.root_kind(root(2)) == "stack");
    for (const size_t index : {0, 1, 2}) {
        const auto edges = edges_from(references, root(index));
        REQUIRE(edges.size() == 1);
        CHECK(references.label(edges[0]).empty());
        CHECK(references.reference(edges[0]).place.is_root);
    }
    CHECK(references.reverse().in(b.value).size() == 2);
}

TEST_CASE("the path to an object begins at a variable's memory, not at a value on a stack that is nearer") {
    SnapshotWriter writer;
    const BlockId held = writer.block({}), holder = writer.block({.size_bytes = 32});
    writer.word(holder, 0, Pointer{held});
    const RootId stack = writer.root(PROF_ROOT_STACK, 0, 0x7f00'0000, 64);
    writer.word(stack, 0, Pointer{held});
    const RootId globals = writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 64);
    writer.word(globals, 0, Pointer{holder});
    const OpenHeap heap(writer);
    const References& references = heap.references();
    const auto path = graph::path_to(references.graph(), references.paths(), held.value, 10);
    REQUIRE(path.size() == 3);
    CHECK(references.root_kind(VertexId(path[0])) == "global");
    CHECK(path[1] == holder.value);
}

TEST_CASE("a snapshot without words has no references, and says so") {
    SnapshotWriter writer;
    writer.block({});
    writer.process.contents = PROF_CONTENTS_NONE;
    const OpenHeap heap(writer);
    const auto references = heap.heap().references();
    REQUIRE_FALSE(references);
    CHECK(references.error().what.find("without contents") != std::string::npos);
}

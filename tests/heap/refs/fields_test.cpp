// SPDX-License-Identifier: MIT
//
// Names of references between real objects: fields, elements, keys, captures, variables.
//
// Side: tests. The objects are those of held.cpp, photographed.
#include "refs/fields.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "catch.h"
#include "held.h"
#include "lines.h"
#include "scene.h"

using namespace heapkit;
using namespace heapkit::tests;
using refs::References;
using refs::VertexId;

namespace {

VertexId root_called(const References& references, const std::string& name) {
    const auto& vertices = references.vertices();
    for (size_t index = 0; index < vertices.roots().size(); ++index)
        if (references.root_name(VertexId(vertices.first_root() + index)) == name)
            return VertexId(vertices.first_root() + index);
    FAIL("no root is called " + name);
    return {};
}

}  // namespace

TEST_CASE("a closure in a vector of functions is an element's field, and what it captured has its variable's name") {
    Scene scene;
    held::subscribe(3);
    const Heap heap = scene.develop();
    CHECK(lines_of(heap) == std::multiset<std::string>{
                                "EventBus::handlers_  → vector<Subscription>",
                                "vector<Subscription> [0].handler → λ in subscribe(int)",
                                "vector<Subscription> [1].handler → λ in subscribe(int)",
                                "vector<Subscription> [2].handler → λ in subscribe(int)",
                                "λ in subscribe(int) captured path → string",
                                "λ in subscribe(int) captured path → string",
                                "λ in subscribe(int) captured path → string",
                                "λ in subscribe(int) captured user → UserRecord",
                                "λ in subscribe(int) captured user → UserRecord",
                                "λ in subscribe(int) captured user → UserRecord",
                                "UserRecord name → string",
                                "UserRecord name → string",
                                "UserRecord name → string",
                            });
}

TEST_CASE("an element of a map is called by its key, where that is a number") {
    Scene scene;
    held::fill_cache();
    const auto lines = lines_of(scene.develop());
    CHECK(lines.count("Cache docs_ → unordered_map<int, Document>") == 1);
    CHECK(lines.count("unordered_map<int, Document> [42].title → string") == 1);
    CHECK(lines.count("unordered_map<int, Document> [7].tags → vector<string>") == 1);
    CHECK(lines.count("map<string, Document*> […] → Document") == 1);
    CHECK(lines.count("map<string, Document*> […].key → string") == 1);
}

TEST_CASE("containers own what they hold, by index; whoever else points into their storage looks at it") {
    Scene scene;
    held::fill_cache();
    const auto lines = lines_of(scene.develop());
    CHECK(lines.count("list<Document*> [2] → Document") == 1);
    CHECK(lines.count("deque<unique_ptr<Document>> [0] → Document") == 1);
    CHECK(lines.count("deque<unique_ptr<Document>> [2] → Document") == 1);
    CHECK(lines.count("Cache slots_[2] ⇢ unordered_map<int, Document>") == 1);
    CHECK(lines.count("Document[] [1].title → string") == 1);
}

TEST_CASE("a weak_ptr looks at its object, and an optional that is empty is no reference") {
    Scene scene;
    held::fill_cache();
    const auto lines = lines_of(scene.develop());
    CHECK(lines.count("Cache viewer_ → UserRecord") == 1);
    CHECK(lines.count("Cache watcher_ ⇢ UserRecord") == 1);
    const auto is_of_nobody = [](const std::string& line) { return line.find("nobody_") != std::string::npos; };
    CHECK(std::none_of(lines.begin(), lines.end(), is_of_nobody));
}

TEST_CASE("what a vector has in its spare capacity is no reference") {
    Scene scene;
    held::subscribe(3);
    held::EventBus::handlers_.pop_back();  // its closure is gone, the words of it are not
    const auto lines = lines_of(scene.develop());
    CHECK(lines.count("vector<Subscription> [1].handler → λ in subscribe(int)") == 1);
    CHECK(lines.count("vector<Subscription> [2].handler → λ in subscribe(int)") == 0);
    CHECK(lines.count("λ in subscribe(int) captured user → UserRecord") == 2);
}

TEST_CASE("roots are called by their variables: a static member, a global, a static of a function") {
    Scene scene;
    held::subscribe(1);
    held::fill_cache();
    const Heap heap = scene.develop();
    const References& references = **heap.references();
    const analyze::VertexText text(heap, references);
    CHECK(text.facts(root_called(references, "EventBus::handlers_")).starts_with("static member, held.cpp:"));
    CHECK(text.facts(root_called(references, "held::cache")).starts_with("global, held.cpp:"));
    CHECK(text.facts(root_called(references, "documents in held::registry()")).starts_with("static, held.cpp:"));
}

TEST_CASE("a container says how much it holds, and a short name") {
    Scene scene;
    held::subscribe(3);
    const Heap heap = scene.develop();
    const References& references = **heap.references();
    const analyze::VertexText text(heap, references);
    const uint32_t root = root_called(references, "EventBus::handlers_").value;
    const VertexId handlers(references.graph().out(root).front().to());
    CHECK(text.name(handlers) == "vector<Subscription>");
    CHECK(text.facts(handlers) == "3 elements of 7 · 280 B");
    CHECK(text.address(handlers) == reinterpret_cast<uint64_t>(&held::EventBus::handlers_));
}

TEST_CASE("a raw graph shows the blocks that containers consist of") {
    Scene scene;
    held::fill_cache();
    const Heap heap = scene.develop();
    const References& raw = **heap.references(true);
    for (uint32_t vertex = 0; vertex < raw.vertices().first_root(); ++vertex)
        CHECK(raw.vertices().kind(VertexId(vertex)) == refs::Vertices::Kind::block);
    CHECK(raw.graph().edges.size() > (**heap.references()).graph().edges.size());
}

TEST_CASE("each element of a linked list of a program's own is held by the field of the one before") {
    Scene scene;
    held::list_documents(4);
    const auto lines = lines_of(scene.develop());
    CHECK(lines.count("Document next → Document") == 3);
    CHECK(lines.count("held::first_document  → Document") == 1);
}

TEST_CASE("what is left over in the room of a short string is no reference") {
    Scene scene;
    held::subscribe(1);
    held::fill_cache();
    // Pointer, length, capacity, and eight bytes that only a short string uses.
    const void* const left_over = held::EventBus::handlers_.data();
    std::memcpy(reinterpret_cast<char*>(&held::cache->pages_[1].title) + 24, &left_over, sizeof(left_over));
    const auto lines = lines_of(scene.develop());
    CHECK(lines.count("Document[] [1].title → string") == 1);
    CHECK(lines.count("Document[] [1].title ⇢ vector<Subscription>") == 0);
}

TEST_CASE("what lies in the spare room of a long string is no reference") {
    Scene scene;
    held::subscribe(1);
    held::fill_cache();
    std::string& title = held::cache->pages_[1].title;
    title.reserve(200);
    const void* const left_over = held::EventBus::handlers_.data();
    std::memcpy(title.data() + 160, &left_over, sizeof(left_over));
    const auto lines = lines_of(scene.develop());
    CHECK(lines.count("Document[] [1].title → string") == 1);
    const bool is_held = std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
        return line.starts_with("string ") && line.ends_with("vector<Subscription>");
    });
    CHECK_FALSE(is_held);
}

TEST_CASE("a closure that a function holds in itself has its captures there") {
    Scene scene;
    held::fill_cache();
    held::make_button(held::cache->pages_.get());
    const auto lines = lines_of(scene.develop());
    CHECK(lines.count("held::button pressed: captured page → Document[]") == 1);
}

TEST_CASE(
    "a class that ends in an array of unknown length is one object, and the array's elements have their numbers") {
    Scene scene;
    held::fill_shelf(4);
    const auto lines = lines_of(scene.develop());
    CHECK(lines.count("Shelf places[0].reader → UserRecord") == 1);
    CHECK(lines.count("Shelf places[3].reader → UserRecord") == 1);
}

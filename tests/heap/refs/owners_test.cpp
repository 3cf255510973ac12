// SPDX-License-Identifier: MIT
//
// Containers and holders of real objects, by the names of members.
//
// Side: tests. The objects are those of held.cpp, photographed.
#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "analyze/container_growth.h"
#include "analyze/containers.h"
#include "analyze/freed.h"
#include "analyze/holders.h"
#include "catch.h"
#include "held.h"
#include "scene.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

const Population* population(const Populations& all, const std::string& owner) {
    const auto found =
        std::find_if(all.all.begin(), all.all.end(), [&](const auto& each) { return each.owner == owner; });
    return found == all.all.end() ? nullptr : &*found;
}

Heap with_handlers(int handlers) {
    Scene scene;
    held::subscribe(handlers);
    return scene.develop();
}

}  // namespace

TEST_CASE("a container is called by the class and the member that it is") {
    Scene scene;
    held::fill_cache();
    held::subscribe(3);
    const Heap heap = scene.develop();
    const auto ownership = Ownership::of(heap);
    REQUIRE(ownership);
    const Populations found = populations_of(heap, *ownership, false);
    const Population* docs = population(found, "Cache::docs_");
    REQUIRE(docs != nullptr);
    CHECK(docs->elements == static_cast<int64_t>(held::cache->docs_.size()));
    CHECK(docs->is_keyed);
    CHECK(docs->is_made_of_nodes);
    CHECK(docs->retained_bytes >= docs->storage.bytes);
    CHECK(docs->address == reinterpret_cast<uint64_t>(&held::cache->docs_));
    const Population* handlers = population(found, "EventBus::handlers_");
    REQUIRE(handlers != nullptr);
    CHECK(handlers->elements == 3);
    CHECK_FALSE(handlers->is_made_of_nodes);
    CHECK(handlers->retained_bytes > handlers->storage.bytes);
}

TEST_CASE("a list of pointers pays more for its nodes than for what is in them") {
    Scene scene;
    held::fill_cache();
    const Heap heap = scene.develop();
    const Populations found = populations_of(heap, *Ownership::of(heap), false);
    const Population* recent = population(found, "Cache::recent_");
    REQUIRE(recent != nullptr);
    CHECK(recent->pays_for_nodes());
    CHECK(recent->payload_bytes == recent->elements * static_cast<int64_t>(sizeof(void*)));
    const ContainersAnswer answer = containers(found, {.limit = 0});
    const auto names_it = [](const auto& row) { return std::get<std::string>(row[0]) == "Cache::recent_"; };
    CHECK(std::count_if(answer.nodes.rows.begin(), answer.nodes.rows.end(), names_it) == 1);
}

TEST_CASE("a container that grew at every step is a runaway, called by its name") {
    const std::array heaps = {with_handlers(5), with_handlers(10), with_handlers(20)};
    const std::array pointers = {&heaps[0], &heaps[1], &heaps[2]};
    const auto found = container_growth(pointers, {});
    REQUIRE(found);
    REQUIRE(found->runaways.size() == 1);
    const Runaway& runaway = found->runaways[0];
    CHECK(runaway.owner == "EventBus::handlers_");
    CHECK(runaway.facts.title == "A runaway container: EventBus::handlers_");
    const std::string grew = std::get<std::string>(runaway.facts.rows.at(1).at(1));
    CHECK(grew.starts_with("5 → 20 elements at every step (2 of 2), never shrank"));
    CHECK(runaway.elements_are.starts_with("λ in subscribe(int) held.cpp:"));
}

TEST_CASE("a container that went up and down is none") {
    const std::array heaps = {with_handlers(5), with_handlers(30), with_handlers(20)};
    const std::array pointers = {&heaps[0], &heaps[1], &heaps[2]};
    const auto found = container_growth(pointers, {});
    REQUIRE(found);
    CHECK(found->runaways.empty());
}

namespace {

// Two sessions with a queue each; then they move, and more is queued in the second.
struct Moved {
    Scene scene;
    std::vector<Heap> heaps;

    Moved() {
        Photograph photograph;
        photograph.global(&held::sessions, sizeof(held::sessions));
        held::open_sessions(2, 64);
        for (held::Session& session : held::sessions) session.queue_.assign(40, 1);
        photograph.stop();
        heaps.push_back(photograph.develop(&held::sessions));
        photograph.go_on();
        held::sessions.reserve(1000);
        held::sessions[1].queue_.resize(50);
        photograph.stop();
        heaps.push_back(photograph.develop(&held::sessions));
    }
    Table growth(bool each) const {
        const std::array pointers = {&heaps[0], &heaps[1]};
        auto answer = container_growth(pointers, {.each = each});
        REQUIRE(answer);
        return answer->containers;
    }
};

std::vector<int64_t> gains_of(const Table& table, const std::string& name) {
    std::vector<int64_t> gains;
    for (size_t row = 0; row < table.rows.size(); ++row)
        if (std::get<std::string>(table.rows[row][0]) == name) gains.push_back(std::get<int64_t>(table.rows[row][3]));
    return gains;
}

}  // namespace

TEST_CASE("containers that are owned in one way are summed up") {
    CHECK(gains_of(Moved().growth(false), "2 × Session::queue_") == std::vector<int64_t>{10});
}

TEST_CASE("a container that moved is the same one, told from another that is owned in the same way") {
    CHECK(gains_of(Moved().growth(true), "Session::queue_") == std::vector<int64_t>{10});
}

TEST_CASE("holders says of a population who holds how many, by the member") {
    Scene scene;
    held::subscribe(5);
    held::fill_cache();
    const Heap heap = scene.develop();
    const auto found = holders(heap, {.of = {.addresses = {}, .type = "UserRecord"}, .limit = 0});
    REQUIRE(found);
    REQUIRE(found->nets.size() == 2);
    CHECK(found->nets[0].title == "5 of 6 UserRecord are held by EventBus::handlers_");
    CHECK(found->nets[1].title == "1 of 6 UserRecord is held by Cache::viewer_");
    CHECK(found->nets[0].is_chain);
}

TEST_CASE("a container is named by its member or its address") {
    Scene scene;
    held::fill_cache();
    const Heap heap = scene.develop();
    const auto ownership = Ownership::of(heap);
    const auto docs = named_vertices(heap, ownership->references(), "Cache::docs_");
    REQUIRE(docs);
    REQUIRE(docs->vertices.size() == 1);
    CHECK(heap.types().containers().all[docs->vertices[0] - heap.blocks().count()].elements ==
          held::cache->docs_.size());
    const std::string address = fmt::format("{}", static_cast<const void*>(&held::cache->recent_));
    const auto recent = named_vertices(heap, ownership->references(), address);
    REQUIRE(recent);
    CHECK(ownership->references().vertices().kind(refs::VertexId(recent->vertices.at(0))) ==
          refs::Vertices::Kind::container);
}

TEST_CASE("a variable can be freed by its name") {
    Scene scene;
    held::subscribe(4);
    const Heap heap = scene.develop();
    const auto ownership = Ownership::of(heap);
    const auto freed = what_if_freed(heap, *ownership, {.what = "EventBus::handlers_"});
    REQUIRE(freed);
    CHECK(freed->self.bytes == 0);
    const auto users = std::count_if(freed->goes_by_type.rows.begin(), freed->goes_by_type.rows.end(),
                                     [](const auto& row) { return std::get<std::string>(row[0]) == "UserRecord"; });
    CHECK(users == 1);
}

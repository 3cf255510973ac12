// SPDX-License-Identifier: MIT
//
// Questions about real objects, end to end: who holds them, how many alike, which keep each other alive.
//
// Side: tests. The objects are those of held.cpp, photographed.
#include <algorithm>

#include "analyze/chains.h"
#include "analyze/count.h"
#include "analyze/cycles.h"
#include "analyze/diagnose.h"
#include "analyze/neighbours.h"
#include "analyze/object.h"
#include "analyze/objects.h"
#include "catch.h"
#include "held.h"
#include "scene.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

std::vector<std::string> names_of(const Net& net) {
    std::vector<std::string> names;
    for (const NetNode& node : net.nodes) names.push_back(node.lines.front());
    return names;
}
std::vector<std::string> labels_of(const Net& net) {
    std::vector<std::string> labels;
    for (const NetEdge& edge : net.edges) labels.push_back(edge.label);
    return labels;
}
std::string text_at(const Table& table, size_t row, size_t column) {
    return std::get<std::string>(table.rows.at(row).at(column));
}

}  // namespace

TEST_CASE("all users that closures of one event bus keep are held alike") {
    Scene scene;
    held::subscribe(5);
    held::fill_cache();
    const Heap heap = scene.develop();
    const auto found = chains(heap, {.of = {.addresses = {}, .type = "UserRecord"}});
    REQUIRE(found);
    CHECK(found->objects == 6);
    REQUIRE(found->nets.size() == 1);
    CHECK(found->nets[0].title == "5 of 6 UserRecord are held like this (1 other: --all-chains)");
    CHECK(names_of(found->nets[0]) ==
          std::vector<std::string>{"EventBus::handlers_", "vector<Subscription>", "λ in subscribe(int)", "UserRecord"});
    CHECK(labels_of(found->nets[0]).at(0).empty());
    CHECK(labels_of(found->nets[0]).at(2) == "captured user");
    CHECK(found->nets[0].nodes[2].role == NetNode::Role::closure);
    CHECK(found->nets[0].nodes[1].role == NetNode::Role::container);
    const auto all = chains(heap, {.of = {.addresses = {}, .type = "held::UserRecord"}, .limit = 0});
    REQUIRE(all);
    REQUIRE(all->nets.size() == 2);
    CHECK(names_of(all->nets[1]) == std::vector<std::string>{"held::cache", "Cache", "UserRecord"});
    CHECK(labels_of(all->nets[1]) == std::vector<std::string>{"", "viewer_"});
}

TEST_CASE("backreferences of a user end at the static member that holds the handlers") {
    Scene scene;
    held::subscribe(3);
    const Heap heap = scene.develop();
    const auto net = neighbours(heap, {.of = {.addresses = {}, .type = "UserRecord"}});
    REQUIRE(net);
    CHECK(names_of(*net) == std::vector<std::string>{"UserRecord", "λ in subscribe(int)", "vector<Subscription>",
                                                     "EventBus::handlers_", "2 more UserRecord"});
    CHECK(net->nodes[3].lines.at(1).starts_with("static member, held.cpp:"));
    CHECK(net->nodes[0].lines.at(1) == "56 B · shared_ptr: 1 of 1 owners found");
}

TEST_CASE("two objects that own each other and that nobody else holds are a cycle, called by its fields") {
    Scene scene;
    for (int family = 0; family < 3; ++family) held::lose_a_family();
    const Heap heap = scene.develop();
    const auto found = cycles(heap, {});
    REQUIRE(found);
    CHECK(found->cycles == 3);
    CHECK(found->objects == 9);  // with each parent's name
    REQUIRE(found->kinds.size() == 1);
    REQUIRE(found->table.rows.size() == 1);
    const std::string fields = text_at(found->table, 0, 0);
    CHECK(fields == "Child::parent_ → Parent::child_");
    const Net& net = found->kinds[0].net;
    CHECK(net.nodes.size() == 2);
    CHECK(net.nodes[0].lines.at(1).ends_with("shared_ptr: 1 of 1 owners found"));
    const auto lost = chains(heap, {.of = {.addresses = {}, .type = "Parent"}});
    REQUIRE(lost);
    CHECK(lost->unreachable == 3);
    CHECK(lost->nets.empty());
}

TEST_CASE("a cycle through a container is called by the member that the container is") {
    Scene scene;
    held::lose_a_tree();
    const auto found = cycles(scene.develop(), {});
    REQUIRE(found);
    REQUIRE(found->kinds.size() == 1);
    CHECK(found->kinds[0].objects == 4);  // with the vector's storage
    CHECK(found->kinds[0].net.nodes.front().lines.front() == "Branch");
    CHECK(found->kinds[0].fields == "Branch::branches_[i] → Branch::stem_");
}

TEST_CASE("an object that owns itself is a cycle, however its shared_ptr was made") {
    Scene scene;
    held::lose_watchdogs();
    const Heap heap = scene.develop();
    const auto found = cycles(heap, {});
    REQUIRE(found);
    CHECK(found->cycles == 2);
    CHECK(found->objects == 3);  // the control block of the one that was given
    REQUIRE(found->kinds.size() == 2);
    for (const CycleKind& kind : found->kinds) {
        CHECK(std::ranges::count(labels_of(kind.net), "self_") == 1);
        CHECK(kind.net.nodes.size() == 1);
        CHECK(kind.net.edges.back().to == 0);
        CHECK(kind.is_sure);
    }
    const auto net = neighbours(heap, {.of = {.addresses = {}, .type = "Watchdog"}});
    REQUIRE(net);
    CHECK(std::ranges::any_of(net->edges, [](const NetEdge& edge) { return edge.from == edge.to && edge.owns; }));
}

TEST_CASE("cycles that a plain pointer closes come behind those of smart pointers, and say so") {
    Scene scene;
    held::lose_twins();
    held::lose_a_family();
    const Heap heap = scene.develop();
    const auto found = cycles(heap, {});
    REQUIRE(found);
    REQUIRE(found->table.rows.size() == 2);
    CHECK(std::get<std::string>(found->table.rows[0].back()) == "smart pointers");
    CHECK(text_at(found->table, 1, 0) == "Twin::other → Twin::other");
    CHECK(std::get<std::string>(found->table.rows[1].back()) == "plain pointers");
}

TEST_CASE("of lost cycles only those of smart pointers are certain causes") {
    Scene scene;
    held::lose_twins();
    held::lose_a_family();
    const Heap heap = scene.develop();
    const std::vector<const Heap*> heaps = {&heap};
    const Diagnosis diagnosis = diagnose(heaps);
    const auto confidence_of = [&](std::string_view name) {
        const auto cause = std::ranges::find_if(
            diagnosis.causes, [&](const Cause& each) { return each.name.find(name) != std::string::npos; });
        REQUIRE(cause != diagnosis.causes.end());
        CHECK(cause->kind == "cycle");
        return cause->confidence;
    };
    CHECK(confidence_of("Twin::other") == Confidence::likely);
    CHECK(confidence_of("Child::parent_") == Confidence::certain);
}

TEST_CASE("an object says its type, its members, and who holds it") {
    Scene scene;
    held::fill_cache();
    const Heap heap = scene.develop();
    char address[32];
    std::snprintf(address, sizeof(address), "%p", static_cast<const void*>(&held::cache->slots_[2]));
    const auto found = object(heap, {.address = address});
    REQUIRE(found);
    const auto fact = [&](const std::string& what) {
        for (const auto& row : found->facts.rows)
            if (std::get<std::string>(row[0]) == what) return std::get<std::string>(row[1]);
        return std::string("no such fact");
    };
    CHECK(fact("type") == "held::Cache");
    CHECK(fact("the address is").ends_with(", Cache::slots_[2]"));
    CHECK(fact("held by") == "held::cache");
    CHECK(found->referents.rows.size() == 8);
    CHECK(found->referrers.rows.size() == 1);
}

TEST_CASE("objects of a type are listed with who holds each") {
    Scene scene;
    held::fill_cache();
    const Heap heap = scene.develop();
    const auto found = objects(heap, {.type = "UserRecord"});
    REQUIRE(found);
    REQUIRE(found->rows.size() == 1);
    CHECK(text_at(*found, 0, 4) == "Cache::viewer_");
    const std::vector<std::string> patterns = {"UserRecord", "held::*"};
    const auto counted = count(heap, patterns);
    REQUIRE(counted);
    CHECK(std::get<int64_t>(counted->rows.at(0).at(1)) == 1);
    CHECK(std::get<int64_t>(counted->rows.at(1).at(1)) > 5);
    const auto missing = count(heap, std::vector<std::string>{"UserRecrod"});
    REQUIRE_FALSE(missing);
    CHECK(missing.error().hint.find("held::UserRecord") != std::string::npos);
}

TEST_CASE("an element of a map is asked for by its own type, and found below its container") {
    Scene scene;
    held::fill_cache();
    const Heap heap = scene.develop();
    const auto found = chains(heap, {.of = {.addresses = {}, .type = "Document"}, .limit = 0});
    REQUIRE(found);
    const auto of_map = std::find_if(found->nets.begin(), found->nets.end(), [](const Net& net) {
        return net.nodes.size() == 4 && net.nodes[2].lines.front() == "unordered_map<int, Document>";
    });
    REQUIRE(of_map != found->nets.end());
    CHECK(names_of(*of_map).back() == "Document");
    CHECK_FALSE(of_map->nodes.back().is_lost);
    CHECK(labels_of(*of_map).at(1) == "docs_");
    CHECK((labels_of(*of_map).at(2) == "[42]" || labels_of(*of_map).at(2) == "[7]"));
    CHECK(of_map->title.starts_with("2 of "));
}

TEST_CASE("the shortest way from an object to a type follows references onwards") {
    Scene scene;
    held::fill_cache();
    const Heap heap = scene.develop();
    const auto net = chain_to(heap, {.of = {.addresses = {}, .type = "Cache"}, .to = "UserRecord"});
    REQUIRE(net);
    CHECK(names_of(*net) == std::vector<std::string>{"Cache", "UserRecord"});
    CHECK_FALSE(chain_to(heap, {.of = {.addresses = {}, .type = "UserRecord"}, .to = "Cache"}));
}

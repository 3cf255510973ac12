// SPDX-License-Identifier: MIT
//
// Closures by source line: what they capture and keep alive, who holds them, which lines only add to theirs.
//
// Side: tests. The objects are those of held.cpp and held_closures.cpp, photographed.
#include "analyze/closures.h"

#include <algorithm>
#include <array>

#include "catch.h"
#include "held.h"
#include "held_closures.h"
#include "scene.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

// The desk, filled by one function.
Heap desk_with(void (*fill)(int), int count) {
    Photograph photograph;
    fill(count);
    photograph.stop();
    photograph.global(&held::desk, sizeof(held::desk));
    Heap heap = photograph.develop(&held::desk);
    held::clear_desk();
    return heap;
}

using Texts = std::vector<std::string>;

Heap heap_with(int handlers) {
    Scene scene;
    held::subscribe(handlers);
    return scene.develop();
}

const std::string& text_at(const Table& table, size_t row, size_t column) {
    return std::get<std::string>(table.rows.at(row).at(column));
}

std::vector<ClosureLine> lines_of(std::span<const Heap* const> heaps) {
    const auto ownership = Ownership::of(*heaps.back());
    REQUIRE(ownership);
    return closure_lines(heaps, *ownership);
}

ClosureLine only_line_of(const Heap& heap) {
    const std::array heaps = {&heap};
    std::vector<ClosureLine> lines = lines_of(heaps);
    REQUIRE(lines.size() == 1);
    return lines[0];
}

}  // namespace

TEST_CASE("a line's closures have their captures, their holder and what they keep alive") {
    const Heap heap = heap_with(5);
    const std::array heaps = {&heap};
    const std::vector<ClosureLine> lines = lines_of(heaps);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].name.starts_with("λ in subscribe(int) held.cpp:"));
    CHECK(lines[0].count() == 5);
    CHECK(lines[0].holder == "EventBus::handlers_");
    CHECK(lines[0].held_there == 5);
    CHECK(std::find(lines[0].captures.begin(), lines[0].captures.end(), "captured user → UserRecord") !=
          lines[0].captures.end());
    CHECK(lines[0].retained_each() > lines[0].bytes.back() / 5);
    CHECK_FALSE(lines[0].only_grows);
}

TEST_CASE("closures of a line that has more at every step are leaked") {
    const Heap one = heap_with(5), two = heap_with(20), three = heap_with(40);
    const std::array heaps = {&one, &two, &three};
    const auto answer = closures(heaps, {});
    REQUIRE(answer);
    REQUIRE(answer->leaked.size() == 1);
    CHECK(answer->leaked[0].title.starts_with("A leaked closure: λ in subscribe(int) held.cpp:"));
    CHECK(text_at(answer->leaked[0], 0, 1).starts_with("5 → 40 at every step (2 of 2)"));
    REQUIRE(answer->chains.size() == 1);
    CHECK(answer->chains[0].nodes.front().lines.front() == "EventBus::handlers_");
    CHECK(answer->chains[0].title == "40 of them are held like this");
}

TEST_CASE("closures that come and go are not leaked, nor are a few more") {
    const Heap one = heap_with(5), two = heap_with(20), three = heap_with(19), four = heap_with(24);
    const std::array comes_and_goes = {&one, &two, &three};
    CHECK(closures(comes_and_goes, {})->leaked.empty());
    const std::array a_few = {&three, &four};
    CHECK(closures(a_few, {})->leaked.empty());
}

TEST_CASE("closures that lie in their std::function are counted, with what they alone keep alive") {
    const ClosureLine line = only_line_of(desk_with(held::fill_presses, 5));
    CHECK(line.name.starts_with("λ in fill_presses(int) held_closures.cpp:"));
    CHECK(line.count() == 5);
    CHECK(line.inside == 5);
    CHECK(line.holder == "Desk::presses_");
    CHECK(line.held_there == 5);
    CHECK(line.captures == Texts{"captured record → UserRecord"});
    CHECK(line.retained.blocks == 5);
    CHECK(line.retained.bytes == 5 * int64_t{sizeof(held::UserRecord)});
    CHECK(line.address != 0);
}

TEST_CASE("what leaked closures own together is what they keep alive") {
    const Heap one = desk_with(held::fill_shared_tasks, 5), two = desk_with(held::fill_shared_tasks, 20),
               three = desk_with(held::fill_shared_tasks, 40);
    const std::array alone = {&three};
    const std::array grown = {&one, &two, &three};
    const ClosureLine exact = lines_of(grown)[0], bound = lines_of(alone)[0];
    REQUIRE(exact.only_grows);
    CHECK(exact.count() == 80);
    CHECK(exact.retained.blocks == bound.retained.blocks + 40);
    CHECK(exact.retained.bytes >= bound.retained.bytes + 40 * int64_t{sizeof(held::UserRecord)});
}

TEST_CASE("closures in the std::functions of a map are held by the map") {
    const ClosureLine line = only_line_of(desk_with(held::fill_numbers, 4));
    CHECK(line.count() == 4);
    CHECK(line.holder == "Desk::by_number_");
    CHECK(line.captures == Texts{"captured record → UserRecord"});
}

TEST_CASE("a closure in a member has the member's name, and the container of those objects holds it") {
    const ClosureLine line = only_line_of(desk_with(held::fill_panels, 3));
    CHECK(line.count() == 3);
    CHECK(line.member == "Panel::opened");
    CHECK(line.holder == "Desk::panels_");
    CHECK(line.captures == Texts{"captured record → UserRecord"});
}

TEST_CASE("a closure in a variable is held by the variable") {
    Scene scene;
    held::fill_cache();
    held::make_button(held::registry().front().get());
    const ClosureLine line = only_line_of(scene.develop());
    CHECK(line.inside == 1);
    CHECK(line.holder.ends_with("button.pressed"));
    CHECK(line.captures == Texts{"captured page → Document"});
    CHECK(line.retained.blocks == 0);  // the registry owns it
}

TEST_CASE("small closures that are registered and never removed are leaked ones") {
    const Heap one = desk_with(held::fill_presses, 5), two = desk_with(held::fill_presses, 20),
               three = desk_with(held::fill_presses, 40);
    const std::array heaps = {&one, &two, &three};
    const auto answer = closures(heaps, {});
    REQUIRE(answer);
    REQUIRE(answer->leaked.size() == 1);
    CHECK(text_at(answer->leaked[0], 0, 1) == "5 → 40 at every step (2 of 2)");  // who was freed has no block to say so
    REQUIRE(answer->chains.size() == 1);
    CHECK(answer->chains[0].nodes.front().lines.front().ends_with("desk"));
}

TEST_CASE("what std::bind made has its arguments by number") {
    const ClosureLine line = only_line_of(desk_with(held::fill_bound, 3));
    CHECK(line.name.starts_with("std::bind "));
    CHECK(line.captures == Texts{"bound argument 1 → UserRecord"});
    CHECK(line.holder == "Desk::bound_");
}

TEST_CASE("a packaged task is the closure that it runs") {
    const ClosureLine line = only_line_of(desk_with(held::fill_tasks, 3));
    CHECK(line.name.starts_with("packaged task λ in fill_tasks(int) held_closures.cpp:"));
    CHECK(std::find(line.captures.begin(), line.captures.end(), "captured owner → UserRecord") != line.captures.end());
    CHECK(line.holder == "Desk::tasks_");
}

TEST_CASE("a coroutine's frame is a closure, with parameters and what it declares by name") {
    const ClosureLine line = only_line_of(desk_with(held::fill_routines, 3));
    CHECK(line.name.starts_with("coroutine "));
    CHECK(line.count() == 3);
    CHECK(line.holder == "Desk::routines_");
#if !defined(__clang__)  // of a method clang 14 does not say what lies in its frame
    CHECK(line.captures == Texts{"this → Desk", "visitor → UserRecord", "guest → UserRecord"});
#endif
    CHECK(line.retained.blocks == 3 * 3);  // itself, its visitor and its guest
}

// SPDX-License-Identifier: MIT
//
// What diagnose suspects from one snapshot: containers that hold much of the heap and filled all along the run.
//
// Side: tests. The objects are those of held.cpp, photographed; when they were born is said.
#include <array>

#include "analyze/diagnose.h"
#include "catch.h"
#include "held_closures.h"
#include "scene.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

constexpr uint64_t second_ns = 1'000'000'000;

Diagnosis diagnosis_of_handlers(uint64_t run_ns) {
    Photograph photograph;
    held::subscribe(300);
    photograph.stop();
    photograph.global(&held::EventBus::handlers_, sizeof(held::EventBus::handlers_));
    photograph.born_over(run_ns);
    const Heap heap = photograph.develop(&held::cache);
    held::forget();
    const std::array heaps = {&heap};
    return diagnose(heaps);
}

std::string fact(const Cause& cause, const std::string& what) {
    for (const auto& row : cause.facts.rows)
        if (std::get<std::string>(row[0]) == what) return std::get<std::string>(row[1]);
    return "";
}

}  // namespace

TEST_CASE("what holds most of the heap, and filled all along the run, is suspicious in one snapshot") {
    const Diagnosis diagnosis = diagnosis_of_handlers(100 * second_ns);
    REQUIRE(diagnosis.causes.size() == 1);
    const Cause& cause = diagnosis.causes[0];
    CHECK(cause.kind == "closure");
    CHECK(cause.title == "Perhaps a closure that is registered and never removed");
    CHECK(cause.confidence == Confidence::possible);
    CHECK(cause.is_suspect);
    CHECK(fact(cause, "alive") == "300 of them");
    CHECK(fact(cause, "holds") == "100.0 % of the heap");
    CHECK(fact(cause, "came").starts_with("all along the run: the oldest is 1 min 3"));
    CHECK(diagnosis.verdict ==
          "Nothing in it is wrong by itself. One thing is suspicious; whether it grows, a second snapshot would say.");
}

TEST_CASE("containers in a cycle that nothing holds are no causes beside it") {
    const auto with_rings = [](int count) {
        Photograph photograph;
        held::lose_rings(count);
        photograph.stop();
        photograph.global(&held::desk, sizeof(held::desk));
        Heap heap = photograph.develop(&held::desk);
        held::clear_desk();
        return heap;
    };
    const Heap one = with_rings(20), two = with_rings(60), three = with_rings(120);
    const std::array heaps = {&one, &two, &three};
    const Diagnosis diagnosis = diagnose(heaps);
    REQUIRE(diagnosis.causes.size() == 1);
    CHECK(diagnosis.causes[0].kind == "cycle");
}

TEST_CASE("who was just started, or was filled at once, is not suspicious") {
    CHECK(diagnosis_of_handlers(2 * second_ns).causes.empty());
    const Diagnosis at_once = diagnosis_of_handlers(0);
    CHECK(at_once.causes.empty());
    CHECK(at_once.notes.front() ==
          "Not a cause: EventBus::handlers_ holds 100.0 % of the heap, but lets go of what it has, or was filled at "
          "once.");
}

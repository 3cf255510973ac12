// SPDX-License-Identifier: MIT
//
// Closures by source line: what they capture and keep alive, who holds them, which lines only add to theirs.
//
// Side: tests. The objects are those of held.cpp, photographed; coroutines are this file's own.
#include "analyze/closures.h"

#include <algorithm>
#include <array>
#include <coroutine>

#include "catch.h"
#include "held.h"
#include "scene.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

struct Task {
    struct promise_type {
        Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() {}
    };
    std::coroutine_handle<promise_type> handle;
};

int served = 0;
Task serve(int visitor) {
    co_await std::suspend_always{};
    served += visitor;
}

std::array<Task, 3> tasks;

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

TEST_CASE("a coroutine's frame is a closure, known by what resumes it") {
    Photograph photograph;
    for (size_t at = 0; at < tasks.size(); ++at) tasks[at] = serve(static_cast<int>(at));
    photograph.stop();
    photograph.global(&tasks, sizeof(tasks));
    const Heap heap = photograph.develop(&tasks);
    const std::array heaps = {&heap};
    const std::vector<ClosureLine> lines = lines_of(heaps);
    for (Task& task : tasks) task.handle.destroy();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].name.starts_with("coroutine "));
    CHECK(lines[0].count() == 3);
}

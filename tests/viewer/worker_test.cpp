// SPDX-License-Identifier: MIT
//
// One worker, many who ask.
//
// Side: tests.
#include "server/worker.h"

#include <atomic>
#include <thread>

#include "heaps.h"

namespace heapkit::viewer {
namespace {

using tests::Stated;

// A heap of some blocks, its answers, and who works them out.
struct Office {
    static Heap some_heap() {
        Stated stated;
        stated.blocks(100, 48, stated.load);
        stated.blocks(10, 4096, stated.insert);
        return stated.open();
    }
    Heap heap = some_heap();
    Answers answers{{{"1.heap", "1.heap", &heap}}};
};

}  // namespace

TEST_CASE("Many threads that ask at once get the same answers as one that asks alone") {
    Office office;
    Worker worker(office.answers, {.most_waiting = 100});
    const Worker::Shared types = worker.ask({"types"});
    REQUIRE(types->status == 200);
    std::atomic<int> wrong = 0;
    {
        std::vector<std::jthread> askers;
        for (int i = 0; i < 16; ++i)
            askers.emplace_back([&] {
                for (int turn = 0; turn < 50; ++turn) {
                    if (worker.ask({"types"})->json != types->json) ++wrong;
                    if (worker.ask({"types", {{"offset", std::to_string(turn % 5)}}})->status != 200) ++wrong;
                    if (worker.ask({"nothing"})->status != 404) ++wrong;
                }
            });
    }
    CHECK(wrong == 0);
}

TEST_CASE("When too many wait the next one is told to come back, and when it is stopped all are told") {
    Office office;
    Worker full(office.answers, {.works_ahead = false, .most_waiting = 0});
    CHECK(full.ask({"types"})->status == 503);
    Worker stopped(office.answers, {.works_ahead = false});
    REQUIRE(stopped.stop(std::chrono::seconds(60)));
    const Worker::Shared reply = stopped.ask({"types"});
    CHECK(reply->status == 503);
    CHECK(reply->json.find("heapkit view was stopped") != std::string::npos);
}

TEST_CASE("Documents are kept up to a number of bytes, and asked anew beyond") {
    Office office;
    Worker worker(office.answers, {.works_ahead = false, .most_bytes = 1});
    const Worker::Shared first = worker.ask({"session"});
    CHECK(worker.ask({"session"}) == first);
    CHECK(worker.ask({"types"})->status == 200);
    const Worker::Shared again = worker.ask({"session"});
    CHECK(again != first);
    CHECK(again->json == first->json);
}

TEST_CASE("It says when it has worked ahead, once") {
    Office office;
    std::atomic<int> said = 0;
    Worker worker(office.answers, {.is_ahead = [&] { ++said; }});
    while (said == 0) std::this_thread::yield();
    worker.ask({"session", {{"limit", "1"}}});
    REQUIRE(worker.stop(std::chrono::seconds(60)));
    CHECK(said == 1);
}

}  // namespace heapkit::viewer

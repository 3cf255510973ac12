// SPDX-License-Identifier: MIT
//
// The diagnosis of heaps that leak, that pile up, that loaded something once, and that are well.
//
// Side: tests. Closures and containers are in tests/heap/refs and tests/cli, where objects are real.
#include "analyze/diagnose.h"

#include <array>

#include "heaps.h"

using namespace heapkit;
using namespace heapkit::analyze;
using namespace heapkit::tests;

namespace {

constexpr uint64_t step_ns = 10'000'000'000;

// Ten seconds a step; a hundred blocks of each step, born evenly in it.
struct Growing : Stated {
    size_t made = 0;
    BlockId last;

    explicit Growing(uint64_t step) {
        writer.process.elapsed_ns = step * step_ns;
        const RootId root = writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 64);
        last = writer.block({.size_bytes = 5000, .stack = load, .birth = writer.tick(1)});
        writer.word(root, 0, Pointer{last});
    }
    void add(uint64_t steps, uint64_t size_bytes, StackId stack, bool is_held, uint64_t first_step = 0) {
        for (uint64_t at = 0; at < 100 * steps; ++at) {
            const uint32_t birth = writer.tick((first_step + 1) * step_ns + at * step_ns / 100 + 2 + made++);
            const BlockId block = writer.block({.size_bytes = size_bytes, .stack = stack, .birth = birth});
            if (!is_held) continue;
            writer.word(last, 0, Pointer{block});
            last = block;
        }
    }
};

template <typename Fill>
std::vector<Heap> steps(size_t count, Fill fill) {
    std::vector<Heap> heaps;
    for (uint64_t step = 1; step <= count; ++step) {
        Growing growing(step);
        fill(growing, step);
        heaps.push_back(growing.open());
    }
    return heaps;
}

Diagnosis diagnosis_of(const std::vector<Heap>& heaps) {
    std::vector<const Heap*> pointers;
    for (const Heap& heap : heaps) pointers.push_back(&heap);
    return diagnose(pointers);
}

std::string fact(const Cause& cause, const std::string& what) {
    for (const auto& row : cause.facts.rows)
        if (std::get<std::string>(row[0]) == what) return std::get<std::string>(row[1]);
    return "";
}

bool has_note(const Diagnosis& diagnosis, const std::string& text) {
    for (const std::string& note : diagnosis.notes)
        if (note.find(text) != std::string::npos) return true;
    return false;
}

}  // namespace

TEST_CASE("a heap that does not grow has no problem") {
    const Diagnosis diagnosis = diagnosis_of(steps(3, [](Growing&, uint64_t) {}));
    CHECK(diagnosis.causes.empty());
    CHECK(diagnosis.verdict.ends_with("No problem found."));
}

TEST_CASE("what piles up at every step is a cause, with the line that makes it and what holds it") {
    const Diagnosis diagnosis = diagnosis_of(
        steps(3, [](Growing& growing, uint64_t step) { growing.add(step - 1, 400, growing.insert, true); }));
    REQUIRE(diagnosis.causes.size() == 1);
    const Cause& cause = diagnosis.causes[0];
    CHECK(cause.kind == "growth");
    CHECK(cause.confidence == Confidence::likely);
    CHECK(cause.bytes == 200 * 400);
    CHECK(fact(cause, "grew") == "0 → 200 blocks, at every step (2 of 2)");
    CHECK(fact(cause, "made by").find("places.cpp:27") != std::string::npos);
    CHECK(cause.picture.has_value());
    CHECK(diagnosis.verdict.ends_with("One cause explains 100 % of it."));
}

TEST_CASE("what is lost at every step is a leak, and is no pile as well") {
    const Diagnosis diagnosis = diagnosis_of(
        steps(3, [](Growing& growing, uint64_t step) { growing.add(step - 1, 400, growing.insert, false); }));
    REQUIRE(diagnosis.causes.size() == 1);
    CHECK(diagnosis.causes[0].kind == "leak");
    CHECK(diagnosis.causes[0].bytes == 200 * 400);
    CHECK(fact(diagnosis.causes[0], "held by") == "nothing");
}

TEST_CASE("what came at once between two snapshots is no cause, and is said") {
    const Diagnosis diagnosis = diagnosis_of(steps(2, [](Growing& growing, uint64_t step) {
        if (step == 1) return;
        for (int at = 0; at < 200; ++at) {
            const uint32_t birth = growing.writer.tick(step_ns + 5);
            const BlockId block = growing.writer.block({.size_bytes = 4000, .stack = growing.insert, .birth = birth});
            growing.writer.word(growing.last, 0, Pointer{block});
            growing.last = block;
        }
    }));
    CHECK(diagnosis.causes.empty());
    CHECK(has_note(diagnosis, "it came at once"));
}

TEST_CASE("what comes all along between two snapshots is a cause, and a third one is asked for") {
    const Diagnosis diagnosis = diagnosis_of(
        steps(2, [](Growing& growing, uint64_t step) { growing.add(step - 1, 4000, growing.insert, true); }));
    REQUIRE(diagnosis.causes.size() == 1);
    CHECK(diagnosis.causes[0].confidence == Confidence::likely);
    CHECK(has_note(diagnosis, "a third one would tell"));
}

TEST_CASE("the cause of most bytes comes first, and the surer of two that are alike") {
    const Diagnosis diagnosis = diagnosis_of(steps(3, [](Growing& growing, uint64_t step) {
        growing.add(step - 1, 4000, growing.insert, true);
        growing.add(step - 1, 4000, growing.read, false);
        growing.add(step - 1, 400, growing.load, false);
    }));
    REQUIRE(diagnosis.causes.size() == 3);
    CHECK(diagnosis.causes[0].kind == "leak");
    CHECK(diagnosis.causes[1].kind == "growth");
    CHECK(diagnosis.causes[2].bytes == 200 * 400);
    CHECK(diagnosis.causes[0].facts.title.starts_with("1  Blocks that were never freed"));
    CHECK(diagnosis.ranking.rows.size() == 3);
}

TEST_CASE("what takes the place of as much as went is no cause, however much of its type is lost") {
    const Diagnosis diagnosis = diagnosis_of(steps(3, [](Growing& growing, uint64_t step) {
        for (uint64_t at = 0; at < step * 1000; ++at) growing.writer.tick(2);  // no block is one of an older snapshot
        growing.add(step - 1, 400, growing.insert, false);
        growing.add(1, 400, growing.insert, true, step - 1);
    }));
    REQUIRE(diagnosis.causes.size() == 1);
    CHECK(diagnosis.causes[0].kind == "leak");
}

TEST_CASE("one snapshot shows what is lost, and says that it cannot show growth") {
    const Diagnosis well = diagnosis_of(steps(1, [](Growing&, uint64_t) {}));
    CHECK(well.causes.empty());
    CHECK(well.verdict == "Nothing in it is wrong by itself; whether it grows, a second snapshot would say.");
    const Diagnosis leaky =
        diagnosis_of(steps(1, [](Growing& growing, uint64_t) { growing.add(2, 400, growing.insert, false); }));
    REQUIRE(leaky.causes.size() == 1);
    CHECK(leaky.causes[0].kind == "leak");
}

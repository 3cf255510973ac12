// SPDX-License-Identifier: MIT
//
// leaks(): the whole answer, from two snapshots of one run.
//
// Side: tests.
#include "analyze/leaks.h"

#include "leaky_heap.h"
#include "places.h"

using namespace heapkit;
using namespace heapkit::tests;
using analyze::LeakKinds;
using analyze::LeakOptions;

namespace {

struct Program : LeakyHeap {
    Program() { writer.module_of(reinterpret_cast<const void*>(places::load())); }
    // Two stacks with one site, places.cpp:27, and one with another, places.cpp:32.
    StackId insert = writer.stack({places::insert(), places::load()});
    StackId insert_elsewhere = writer.stack({places::insert(), places::read()});
    StackId load = writer.stack({places::load()});
};

Heap opened(const LeakyHeap& heap, const TemporaryFolder& folder, const char* name = "a.heap") {
    heap.write(folder / name);
    auto opened = Heap::open(folder / name);
    if (!opened) FAIL(opened.error().what);
    return *std::move(opened);
}

analyze::Leaks answer(const LeakOptions& options) {
    auto leaks = analyze::leaks(options);
    if (!leaks) FAIL(leaks.error().what);
    return *std::move(leaks);
}

int64_t number(const Table& table, size_t row, const std::string& key) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
        const auto* value = std::get_if<int64_t>(&table.rows.at(row).at(i));
        if (table.columns[i].key == key) return value == nullptr ? 0 : *value;
    }
    FAIL("no column " << key);
    return 0;
}
std::string text(const Table& table, size_t row, const std::string& key) {
    for (size_t i = 0; i < table.columns.size(); ++i)
        if (table.columns[i].key == key) return std::get<std::string>(table.rows.at(row).at(i));
    FAIL("no column " << key);
    return "";
}
// "definitely lost 2 64"
std::vector<std::string> total_rows(const analyze::Leaks& leaks) {
    std::vector<std::string> rows;
    for (size_t row = 0; row < leaks.totals.rows.size(); ++row)
        rows.push_back(text(leaks.totals, row, "kind") + " " + std::to_string(number(leaks.totals, row, "count")) +
                       " " + std::to_string(number(leaks.totals, row, "size")));
    return rows;
}

}  // namespace

TEST_CASE("leaks are grouped by line, the largest first, with what they hold") {
    Program program;
    const BlockId head = program.block(100, program.load);
    program.link(head, program.block(1000, program.insert));
    program.block(50, program.insert);
    program.block(60, program.insert_elsewhere);
    program.root(program.block(9999, program.insert));
    program.root(program.block(10, program.insert), inside);
    const TemporaryFolder folder;
    const Heap heap = opened(program, folder);
    const analyze::Leaks leaks = answer({.heap = &heap});

    REQUIRE(leaks.groups.rows.size() == 3);
    CHECK(text(leaks.groups, 0, "name") == "places.cpp:32");
    CHECK(text(leaks.groups, 0, "kind") == "definitely lost");
    CHECK(number(leaks.groups, 0, "size") == 100);
    CHECK(number(leaks.groups, 0, "indirect_size") == 1000);
    CHECK(number(leaks.groups, 0, "indirect_count") == 1);
    CHECK(text(leaks.groups, 1, "name") == "places.cpp:27");
    CHECK(number(leaks.groups, 1, "count") == 2);
    CHECK(number(leaks.groups, 1, "size") == 110);
    CHECK(text(leaks.groups, 2, "kind") == "possibly lost");
    CHECK(leaks.blocks == 5);
    CHECK(leaks.notes.empty());
    CHECK(total_rows(leaks) == std::vector<std::string>{"definitely lost 3 210", "indirectly lost 1 1000",
                                                        "possibly lost 1 10", "still reachable 1 9999"});
}

TEST_CASE("without line information a leak is named as far as its place is known") {
    LeakyHeap program;
    program.block(50, program.writer.stack({0x400123}));  // in /bin/program, which is not there
    const TemporaryFolder folder;
    const Heap heap = opened(program, folder);
    const analyze::Leaks leaks = answer({.heap = &heap});
    REQUIRE(leaks.groups.rows.size() == 1);
    CHECK(text(leaks.groups, 0, "name").starts_with("program+0x"));
}

TEST_CASE("leaks by traceback keep stacks with one site apart") {
    Program program;
    program.block(50, program.insert);
    program.block(60, program.insert_elsewhere);
    const TemporaryFolder folder;
    const Heap heap = opened(program, folder);
    const analyze::Leaks leaks = answer({.heap = &heap, .by_traceback = true});
    REQUIRE(leaks.groups.rows.size() == 2);
    CHECK(text(leaks.groups, 0, "name").find("http::Session::read") != std::string::npos);
    CHECK(text(leaks.groups, 1, "name").find("cache::load") != std::string::npos);
}

TEST_CASE("only the kinds that are asked for are listed and counted") {
    Program program;
    program.root(program.block(100, program.load));
    const BlockId head = program.block(32, program.load);
    program.link(head, program.block(16, program.insert));
    const TemporaryFolder folder;
    const Heap heap = opened(program, folder);
    const analyze::Leaks reachable = answer({.heap = &heap, .kinds = *analyze::parse_leak_kinds("reachable")});
    REQUIRE(reachable.groups.rows.size() == 1);
    CHECK(text(reachable.groups, 0, "kind") == "still reachable");
    CHECK(answer({.heap = &heap, .kinds = *analyze::parse_leak_kinds("possible")}).blocks == 0);
    CHECK(answer({.heap = &heap, .kinds = *analyze::parse_leak_kinds("all")}).groups.rows.size() == 3);
}

TEST_CASE("what is still reachable says from which root, a variable before a register, and how many more there are") {
    Program program;
    const BlockId head = program.block(100, program.load), rest = program.block(50, program.insert);
    const RootId registers = program.writer.root(PROF_ROOT_REGISTERS, 0, 0, 17 * 8);
    program.writer.word(registers, 8 * 3, Pointer{rest});
    program.root(head);
    program.root(program.block(10, program.load));
    program.link(head, rest);
    program.root(program.block(12, program.load), inside);
    const TemporaryFolder folder;
    const Heap heap = opened(program, folder);
    const analyze::Leaks leaks = answer({.heap = &heap, .kinds = *analyze::parse_leak_kinds("reachable,possible")});
    REQUIRE(leaks.groups.rows.size() == 3);
    CHECK(number(leaks.groups, 0, "size") == 110);
    CHECK(number(leaks.groups, 0, "roots") == 2);
    const std::string variable = text(leaks.groups, 0, "root");
    CHECK(text(leaks.groups, 0, "root_text") == variable + ", 1 more");
    CHECK(text(leaks.groups, 1, "root_text") == variable);
    CHECK(text(leaks.groups, 2, "kind") == "possibly lost");
    CHECK(text(leaks.groups, 2, "root") != variable);
}

TEST_CASE("a register is named when nothing else holds a block, and nothing is for what is lost") {
    Program program;
    const RootId registers = program.writer.root(PROF_ROOT_REGISTERS, 0, 0, 17 * 8);
    program.writer.word(registers, 8 * 3, Pointer{program.block(50, program.insert)});
    program.block(20, program.load);
    const TemporaryFolder folder;
    const Heap heap = opened(program, folder);
    const analyze::Leaks leaks = answer({.heap = &heap, .kinds = *analyze::parse_leak_kinds("all")});
    REQUIRE(leaks.groups.rows.size() == 2);
    CHECK(text(leaks.groups, 0, "root").starts_with("register rbx of "));
    CHECK(text(leaks.groups, 1, "root").empty());
    CHECK(number(leaks.groups, 1, "roots") == 0);
}

TEST_CASE("the limit leaves rows out, and they still count") {
    Program program;
    program.block(50, program.insert);
    program.block(60, program.load);
    const TemporaryFolder folder;
    const Heap heap = opened(program, folder);
    const analyze::Leaks leaks = answer({.heap = &heap, .rows = {.limit = 1}});
    CHECK(leaks.groups.rows.size() == 1);
    CHECK(leaks.groups.rows_left_out == 1);
    CHECK(leaks.blocks == 2);
}

TEST_CASE("a cycle that nothing holds is shown as one") {
    Program program;
    const BlockId a = program.block(32, program.insert), b = program.block(32, program.insert);
    program.link(a, b);
    program.link(b, a);
    const TemporaryFolder folder;
    const Heap heap = opened(program, folder);
    const analyze::Leaks leaks = answer({.heap = &heap});
    REQUIRE(leaks.groups.rows.size() == 1);
    CHECK(number(leaks.groups, 0, "cycles") == 1);
    CHECK(number(leaks.groups, 0, "count") == 1);
    CHECK(number(leaks.groups, 0, "indirect_count") == 1);
}

TEST_CASE("with an older snapshot, what changed is shown for each group and kind") {
    Program before, after;
    before.block(50, before.insert);
    after.block(50, after.insert);
    after.block(50, after.insert);
    after.block(7, after.load);
    const TemporaryFolder folder;
    const Heap older = opened(before, folder, "1.heap"), heap = opened(after, folder, "2.heap");
    const analyze::Leaks leaks = answer({.heap = &heap, .older = &older});
    REQUIRE(leaks.groups.rows.size() == 2);
    CHECK(number(leaks.groups, 0, "size_diff") == 50);
    CHECK(number(leaks.groups, 0, "count_diff") == 1);
    CHECK(number(leaks.groups, 1, "size_diff") == 7);
    CHECK(number(leaks.totals, 0, "size_diff") == 57);
}

TEST_CASE("--increased lists the groups that have more than before, in bytes or blocks, own or held") {
    Program before, after;
    before.block(50, before.insert);
    before.block(20, before.load);
    after.block(50, after.insert);
    const BlockId head = after.block(20, after.load);
    after.link(head, after.block(16, after.insert));
    const TemporaryFolder folder;
    const Heap older = opened(before, folder, "1.heap"), heap = opened(after, folder, "2.heap");
    const analyze::Leaks leaks = answer({.heap = &heap, .older = &older, .only_increased = true});
    REQUIRE(leaks.groups.rows.size() == 1);
    CHECK(text(leaks.groups, 0, "name") == "places.cpp:32");
}

TEST_CASE("--new lists what is lost and was born in between, also at an address that is used again") {
    Program before, after;
    before.block(50, before.insert, 0);
    before.block(50, before.insert, 0);
    after.block(50, after.insert, 0);
    after.block(50, after.insert, 1);  // at the address of another
    after.block(60, after.load, 1);
    after.root(after.block(70, after.load, 1));
    const TemporaryFolder folder;
    const Heap older = opened(before, folder, "1.heap"), heap = opened(after, folder, "2.heap");
    const analyze::Leaks leaks = answer({.heap = &heap, .older = &older, .only_new = true});
    REQUIRE(leaks.groups.rows.size() == 2);
    CHECK(number(leaks.groups, 0, "size") == 60);
    CHECK(number(leaks.groups, 1, "count") == 1);
    CHECK(total_rows(leaks).front() == "definitely lost 2 110");
}

TEST_CASE("differences need an older snapshot, and new blocks one of the same run") {
    Program program, other;
    other.writer.process.run_id = 43;
    const TemporaryFolder folder;
    const Heap heap = opened(program, folder, "1.heap"), of_another_run = opened(other, folder, "2.heap");
    CHECK_FALSE(analyze::leaks({.heap = &heap, .only_new = true}));
    CHECK_FALSE(analyze::leaks({.heap = &heap, .only_increased = true}));
    CHECK_FALSE(analyze::leaks({.heap = &heap, .older = &heap, .only_new = true, .only_increased = true}));
    CHECK_FALSE(analyze::leaks({.heap = &heap, .older = &of_another_run, .only_new = true}));
    CHECK(analyze::leaks({.heap = &heap, .older = &of_another_run, .only_increased = true}));
}

TEST_CASE("suppressed leaks are counted by what suppressed them, and idle suppressions are noted") {
    Program program;
    program.block(50, program.insert);
    program.block(60, program.load);
    const TemporaryFolder folder;
    const Heap heap = opened(program, folder);
    const analyze::Leaks leaks = answer(
        {.heap = &heap, .suppressions = *analyze::parse_suppressions("leak:Store::insert\nleak:nothing", "known")});
    REQUIRE(leaks.suppressions.rows.size() == 1);
    CHECK(text(leaks.suppressions, 0, "pattern") == "Store::insert");
    CHECK(number(leaks.suppressions, 0, "size") == 50);
    CHECK(leaks.blocks == 1);
    CHECK(leaks.notes == std::vector<std::string>{"The suppression leak:nothing (line 2) matched nothing."});
    CHECK(total_rows(leaks).back() == "suppressed 1 50");
}

TEST_CASE("doubts are noted: unknown registers, and losses that can make a held block look lost") {
    Program program;
    program.block(50, program.insert);
    program.main_registers_are_known = false;
    program.writer.lost(PROF_LOSS_UNREADABLE_BYTES, 4096);
    program.writer.lost(PROF_LOSS_STACK_TRUNCATED, 1);  // changes no verdict
    const TemporaryFolder folder;
    const Heap heap = opened(program, folder);
    const analyze::Leaks leaks = answer({.heap = &heap});
    CHECK(leaks.notes ==
          std::vector<std::string>{
              "The registers of one thread are not known; they may hold up to 6 blocks that nothing else holds. Of one "
              "call stack with no more lost blocks than that, 1 is given as possibly lost.",
              "Loss: 4096 B of memory could not be read; what is held from there looks lost."});
}

TEST_CASE("that threads ran is noted with what it did to verdicts") {
    Program program;
    program.block(50, program.insert);
    program.writer.lost(PROF_LOSS_THREADS_RAN, 3);
    const TemporaryFolder folder;
    const Heap heap = opened(program, folder);
    const analyze::Leaks leaks = answer({.heap = &heap, .kinds = *analyze::parse_leak_kinds("definite")});
    CHECK(leaks.blocks == 0);
    CHECK(leaks.doubtful_blocks == 1);
    CHECK(leaks.notes ==
          std::vector<std::string>{
              "Loss: 3 threads ran while the process was copied; what moved in that moment may look lost. So nothing "
              "is called definitely lost; 1 is given as possibly lost."});

    LeakyHeap still;
    const Heap newer = opened(still, folder, "2.heap");
    const analyze::Leaks later = answer({.heap = &newer, .older = &heap});
    REQUIRE(later.notes.size() == 1);
    CHECK(later.notes[0].starts_with("In the older snapshot: Loss: 3 threads ran"));
}

TEST_CASE("kinds are named as memcheck names them") {
    CHECK(*analyze::parse_leak_kinds("definite,reachable") ==
          LeakKinds{.definite = true, .indirect = false, .possible = false, .reachable = true});
    CHECK(*analyze::parse_leak_kinds("all") == LeakKinds{true, true, true, true});
    const auto wrong = analyze::parse_leak_kinds("definite,lost");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().what == "there is no kind of leak called \"lost\"");
}

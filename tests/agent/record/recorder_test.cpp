// SPDX-License-Identifier: MIT
//
// The recorder as its hooks use it: facts in, tables out.
#include "record/recorder.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "record/tables.h"

using namespace prof;

namespace {

// Stands in for malloc: a block is an address that nothing else uses.
[[gnu::noinline]] void hook_allocated(uintptr_t block, size_t size) {
    recorder::allocated(reinterpret_cast<void*>(block), size, PROF_CALLER());
}

// Stands in for an operator new above malloc.
[[gnu::noinline]] void operator_allocated(uintptr_t block, size_t size) {
    recorder::allocated_unless_recorded(reinterpret_cast<void*>(block), size, PROF_CALLER());
}

void hook_freed(uintptr_t block) { recorder::freed(reinterpret_cast<void*>(block)); }

void start_once() {
    static bool started = recorder::start();
    REQUIRE(started);
}

uintptr_t fresh_block() {
    static std::atomic<uintptr_t> next{uintptr_t{1} << 41};
    return next += 4096;
}

bool find(uintptr_t address, tables::Block& block) {
    for (tables::BlockCursor cursor; cursor.next(block);)
        if (block.address == address) return true;
    return false;
}

prof_stack stack_of(uintptr_t address) {
    tables::Block block;
    prof_stack stack{};
    REQUIRE(find(address, block));
    tables::stack(block.stack, stack);
    return stack;
}

[[gnu::noinline]] void from_one_place(uintptr_t block) {
    hook_allocated(block, 40);
    asm volatile("");
}

unsigned depth_of(uint32_t node) {
    unsigned depth = 0;
    for (; node != 0; node = tables::node(node).parent) ++depth;
    return depth;
}

[[gnu::noinline]] void at_depth(int depth, uintptr_t block) {
    if (depth == 0)
        hook_allocated(block, 8);
    else
        at_depth(depth - 1, block);
    asm volatile("");
}

}  // namespace

// First: the recorder has not been started.
TEST_CASE("an allocation before the recorder is awake is counted") {
    if (recorder::is_recording()) return;  // this test alone, behind others
    hook_allocated(fresh_block(), 10);
    hook_allocated(fresh_block(), 10);
    hook_freed(fresh_block());
    CHECK(tables::lost(PROF_LOSS_EARLY_BLOCKS) == 2);
}

TEST_CASE("a block is there from its allocation to its free") {
    start_once();
    uintptr_t block = fresh_block();
    tables::Block found;
    hook_allocated(block, 1234);
    REQUIRE(find(block, found));
    CHECK(found.size_bytes == 1234);
    CHECK(found.stack != 0);
    CHECK(found.thread != 0);
    hook_freed(block);
    CHECK_FALSE(find(block, found));
}

TEST_CASE("one place in the program is one stack, another is another") {
    start_once();
    uintptr_t blocks[3] = {fresh_block(), fresh_block(), fresh_block()};
    volatile int twice = 2;  // one call in the machine code, whatever the optimizer thinks
    for (int i = 0; i < twice; ++i) from_one_place(blocks[i]);
    hook_allocated(blocks[2], 40);
    CHECK(stack_of(blocks[0]).node == stack_of(blocks[1]).node);
    CHECK(stack_of(blocks[0]).node != stack_of(blocks[2]).node);
    CHECK(stack_of(blocks[0]).allocated_blocks == 2);
    for (uintptr_t block : blocks) hook_freed(block);
}

TEST_CASE("every frame of a recursion is there") {
    start_once();
    uintptr_t shallow = fresh_block(), deep = fresh_block();
    at_depth(1, shallow);
    at_depth(1001, deep);
    CHECK(depth_of(stack_of(deep).node) == depth_of(stack_of(shallow).node) + 1000);
    CHECK(stack_of(deep).flags == 0);
}

TEST_CASE("a block that is freed next is temporary") {
    start_once();
    uintptr_t block = fresh_block();
    uint64_t before = tables::totals().temporary_blocks;
    from_one_place(block);
    hook_freed(block);
    CHECK(tables::totals().temporary_blocks == before + 1);
}

TEST_CASE("realloc moves a record, or leaves it as it was") {
    start_once();
    uintptr_t old = fresh_block(), moved = fresh_block();
    tables::Block found;
    hook_allocated(old, 100);
    recorder::InFlight in_flight = recorder::reallocating(reinterpret_cast<void*>(old));
    REQUIRE(in_flight.block != nullptr);
    CHECK(in_flight.size_bytes == 100);
    CHECK_FALSE(find(old, found));
    SECTION("it moved") {
        recorder::reallocated(in_flight, reinterpret_cast<void*>(moved), 200, PROF_CALLER());
        REQUIRE(find(moved, found));
        CHECK(found.size_bytes == 200);
    }
    SECTION("it failed") {
        recorder::not_reallocated(in_flight);
        REQUIRE(find(old, found));
        CHECK(found.size_bytes == 100);
    }
}

TEST_CASE("a free of what we never saw is counted") {
    start_once();
    uint64_t before = tables::lost(PROF_LOSS_UNKNOWN_FREE);
    hook_freed(fresh_block());
    CHECK(tables::lost(PROF_LOSS_UNKNOWN_FREE) == before + 1);
}

TEST_CASE("while recording is off blocks go but do not come") {
    start_once();
    uintptr_t known = fresh_block(), unknown = fresh_block();
    tables::Block found;
    hook_allocated(known, 50);
    recorder::set_recording(false);
    hook_allocated(unknown, 50);
    hook_freed(known);
    recorder::set_recording(true);
    CHECK_FALSE(find(known, found));
    CHECK_FALSE(find(unknown, found));
    CHECK(recorder::is_recording());
}

TEST_CASE("errno stays as it was") {
    start_once();
    errno = 77;
    uintptr_t block = fresh_block();
    hook_allocated(block, 10);
    hook_freed(block);
    CHECK(errno == 77);
}

TEST_CASE("a forked child records on, in tables of its own") {
    start_once();
    uintptr_t inherited = fresh_block(), own = fresh_block();
    hook_allocated(inherited, 60);
    pid_t child = fork();
    if (child == 0) {
        hook_allocated(own, 70);
        tables::Block found;
        bool both = find(inherited, found) && find(own, found);
        hook_freed(inherited);
        _exit(both && !find(inherited, found) ? 0 : 1);
    }
    int status = 1;
    waitpid(child, &status, 0);
    CHECK(status == 0);
    tables::Block found;
    CHECK(find(inherited, found));
    CHECK_FALSE(find(own, found));
}

#ifndef __SANITIZE_THREAD__  // it holds signals back until the program calls what may wait: nothing to jump out of

namespace {

sigjmp_buf out_of_hook;
volatile sig_atomic_t jumps = 0;

void jump_out_of_hook(int) {
    if (!recorder::is_inside()) return;
    jumps = jumps + 1;
    siglongjmp(out_of_hook, 1);
}

}  // namespace

// A signal comes every 50 µs; one that meets the recorder at work jumps back to the loop, which goes on at once from
// the very same place. Each step has a stack of its own, so that locks are held now and then.
TEST_CASE("a handler that jumps out of a hook costs that hook alone") {
    start_once();
    struct sigaction action {};
    action.sa_handler = jump_out_of_hook;
    REQUIRE(sigaction(SIGALRM, &action, nullptr) == 0);
    const itimerval often{{0, 50}, {0, 50}}, never{};
    static volatile int depth = 0;
    static volatile long lost_after = 0, steps_left = 5'000'000;
    setitimer(ITIMER_REAL, &often, nullptr);
    sigsetjmp(out_of_hook, 1);
    while (jumps < 200 && steps_left > 0) {
        steps_left = steps_left - 1;
        const int before = jumps;
        const uint64_t reentrant = tables::lost(PROF_LOSS_REENTRANT);
        depth = (depth + 1) % 500;
        at_depth(depth, fresh_block());
        if (jumps == before && tables::lost(PROF_LOSS_REENTRANT) != reentrant) lost_after = lost_after + 1;
    }
    setitimer(ITIMER_REAL, &never, nullptr);
    CHECK(jumps > 0);
    CHECK(lost_after == 0);
    const uintptr_t block = fresh_block();
    tables::Block found;
    hook_allocated(block, 10);
    CHECK(find(block, found));
    CHECK_FALSE(recorder::is_inside());
}

#endif

// Last: from here on the process has had more than one thread.
TEST_CASE("threads' blocks and counters add up") {
    start_once();
    constexpr int thread_count = 4, blocks_each = 5000;
    tables::fold_thread_counters();
    auto before = tables::totals();
    std::vector<std::thread> threads;
    for (int t = 0; t < thread_count; ++t) {
        threads.emplace_back([] {
            uintptr_t last = 0;
            for (int i = 0; i < blocks_each; ++i) {
                uintptr_t block = fresh_block();
                from_one_place(block);
                if (last != 0) hook_freed(last);
                last = block;
            }
            hook_freed(last);
        });
    }
    for (auto& thread : threads) thread.join();
    tables::fold_thread_counters();
    auto after = tables::totals();
    CHECK(after.allocated_blocks - before.allocated_blocks == thread_count * blocks_each);
    CHECK(after.live_blocks == before.live_blocks);
    CHECK(after.peak_error_bytes > 0);
    CHECK(tables::lost(PROF_LOSS_COUNTER_UPDATES) == 0);  // libc said it in time
}

TEST_CASE("ended threads beyond the history are counted") {
    start_once();
    const uint64_t before = tables::lost(PROF_LOSS_THREAD_HISTORY);
    for (int i = 0; i < 8; ++i) std::thread([] { hook_freed(fresh_block()); }).join();
    CHECK(tables::lost(PROF_LOSS_THREAD_HISTORY) > before);  // of two
}

TEST_CASE("an operator new records what its malloc has not, also an address that another thread gave back") {
    start_once();
    const uintptr_t block = fresh_block();
    tables::Block found;
    hook_allocated(block, 40);
    operator_allocated(block, 50);  // malloc has just recorded it
    REQUIRE(find(block, found));
    CHECK(found.size_bytes == 40);
    std::thread([&] { hook_freed(block); }).join();
    CHECK(!find(block, found));
    operator_allocated(block, 50);
    REQUIRE(find(block, found));
    CHECK(found.size_bytes == 50);
    hook_freed(block);
}

TEST_CASE("a free that an operator delete hands on is no free of an unknown block") {
    start_once();
    const uintptr_t block = fresh_block();
    hook_allocated(block, 40);
    const uint64_t before = tables::lost(PROF_LOSS_UNKNOWN_FREE);
    recorder::freed_above(reinterpret_cast<void*>(block));
    hook_freed(block);
    CHECK(tables::lost(PROF_LOSS_UNKNOWN_FREE) == before);
    hook_freed(fresh_block());
    CHECK(tables::lost(PROF_LOSS_UNKNOWN_FREE) == before + 1);
}

// SPDX-License-Identifier: MIT
//
// Declared types, domains and the tags that carry both, as the typed part of prof.h uses them.
#include "record/tags.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "record/blocks.h"
#include "record/domains.h"
#include "record/event.h"
#include "record/pools.h"
#include "record/recorder.h"
#include "record/reported.h"
#include "record/stacks.h"
#include "record/tables.h"
#include "record/types.h"

using namespace prof;

namespace {

void* at(uintptr_t address) { return reinterpret_cast<void*>(address); }

[[gnu::noinline]] void allocated(uintptr_t block, size_t bytes) {
    recorder::allocated(at(block), bytes, PROF_CALLER());
    asm volatile("");
}
[[gnu::noinline]] void handed_out(uintptr_t block, size_t bytes) {
    reported::allocated(at(block), bytes, PROF_CALLER());
    asm volatile("");
}
[[gnu::noinline]] void reallocated(uintptr_t from, uintptr_t to, size_t bytes) {
    recorder::reallocated(recorder::reallocating(at(from)), at(to), bytes, PROF_CALLER());
    asm volatile("");
}

// Blocks here are addresses that nothing else uses, far from each other. By any thread, so without Catch's assertions.
uintptr_t fresh_block() {
    static const bool started = recorder::start();
    if (!started) std::abort();
    static std::atomic<uintptr_t> next{uintptr_t{1} << 43};
    return next += 4096;
}

uint32_t declare(const char* name, uint64_t bytes = 16, uint32_t flags = 0,
                 const std::vector<prof_field_declaration>& fields = {}) {
    fresh_block();
    const prof_type_declaration said{name, bytes, flags, static_cast<uint32_t>(fields.size()), fields.data()};
    return types::declare(&said);
}

uint32_t stack_of(uintptr_t block) {
    blocks::Record record{};
    pools::Reported one;
    if (pools::find(block, one) && !one.is_freed) return one.record.stack;
    return blocks::find(block, record) ? record.stack : 0;
}

struct Tag {
    uint32_t domain, type;
    bool operator==(const Tag&) const = default;
};
Tag tag_of(uintptr_t block) {
    const uint32_t stack = stack_of(block);
    if (stack == 0) return {~0u, ~0u};
    const uint64_t pc = tables::node(stacks::node_of(stack)).pc;
    if (!tags::is_tag(pc)) return {0, 0};
    return {tags::domain_in(pc & ((uint64_t{1} << 48) - 1)), static_cast<uint32_t>(pc & tags::type_mask)};
}
const Tag untagged{0, 0};

Tag next_tag() {
    const uintptr_t block = fresh_block();
    allocated(block, 16);
    return tag_of(block);
}

std::string path_of(uint32_t domain) {
    std::string path;
    for (; domain != 0; domain = domains::domain(domain).parent)
        path = "/" + std::string(domains::domain(domain).name) + path;
    return path;
}
std::string now() { return path_of(next_tag().domain); }

struct LostSince {
    prof_loss kind;
    uint64_t before = tables::lost(kind);
    uint64_t count() const { return tables::lost(kind) - before; }
};

struct Scope {
    explicit Scope(const char* name) : token((fresh_block(), tags::enter(name))) {}
    ~Scope() { tags::leave(token); }
    uint64_t token;
};

}  // namespace

// First: the recorder has not been started.
TEST_CASE("what is said before the recorder starts is nothing") {
    if (recorder::is_recording()) return;  // this test alone, behind others
    const prof_type_declaration said{"early", 8, 0, 0, nullptr};
    CHECK(types::declare(&said) == 0);
    CHECK(tags::enter("early") == 0);
    tags::next(1);
    CHECK(threads::local.tag == 0);
    CHECK_FALSE(tags::retype(8, 0));
}

// ---- Types ---------------------------------------------------------------------------------------------------------

TEST_CASE("a type that is declared again has the same number, another has another") {
    const uint32_t a = declare("Session", 48), b = declare("Session", 56),
                   c = declare("Session", 48, PROF_NAME_MANGLED);
    CHECK(a != 0);
    CHECK(declare("Session", 48) == a);
    CHECK(std::set{a, b, c}.size() == 3);
    CHECK(declare("Session", 48, 0, {{"id", "int", 0, 4, 0, 0}}) != a);
}

TEST_CASE("fields are kept by offset, in whatever order they come, and nothing of the caller's memory is") {
    uint32_t number = 0;
    {
        std::string name = "Order", first = "id", second = "next", type = "5Order";
        number = declare(name.c_str(), 24, 0,
                         {{second.c_str(), type.c_str(), 8, 8, PROF_NAME_MANGLED | PROF_FIELD_POINTER, 0},
                          {first.c_str(), nullptr, 0, 4, 0, 0}});
        CHECK(declare(name.c_str(), 24, 0,
                      {{first.c_str(), "", 0, 4, 0, 0},
                       {second.c_str(), type.c_str(), 8, 8, PROF_NAME_MANGLED | PROF_FIELD_POINTER, 0}}) == number);
        name = first = second = type = "gone";
    }
    const types::Type& type = types::type(number);
    CHECK(std::string(type.name) == "Order");
    REQUIRE(type.fields_end - type.fields_begin == 2);
    const types::Field &id = types::field(type.fields_begin), &next = types::field(type.fields_begin + 1);
    CHECK(std::string(id.name) == "id");
    CHECK(std::string(id.type).empty());
    CHECK(std::string(next.name) == "next");
    CHECK(std::string(next.type) == "5Order");
    CHECK(next.flags == (PROF_DECLARED_MANGLED | PROF_DECLARED_POINTER));
}

TEST_CASE("a declaration that makes no sense is not taken, and counted") {
    declare("sound");
    const std::string longest(types::most_name_bytes, 'x'), longer = longest + "x";
    const std::vector<prof_field_declaration> many(types::most_fields_of_one + 1, {"f", "", 0, 1, 0, 0});
    const uint32_t types_before = types::count();
    const LostSince wrong{PROF_LOSS_REPORTS};
    CHECK(types::declare(nullptr) == 0);
    CHECK(declare(nullptr) == 0);
    CHECK(declare("") == 0);
    CHECK(declare(longer.c_str()) == 0);
    CHECK(declare("nothing", 0) == 0);
    CHECK(declare("everything", ~uint64_t{0}) == 0);
    CHECK(declare("many", 4096, 0, many) == 0);
    CHECK(declare("nameless", 16, 0, {{nullptr, "int", 0, 4, 0, 0}}) == 0);
    CHECK(declare("empty", 16, 0, {{"a", "int", 0, 0, 0, 0}}) == 0);
    CHECK(declare("beyond", 16, 0, {{"a", "int", 16, 4, 0, 0}}) == 0);
    CHECK(declare("reaching beyond", 16, 0, {{"a", "int", 12, 8, 0, 0}}) == 0);
    CHECK(declare("far beyond", 16, 0, {{"a", "int", ~uint64_t{0}, 2, 0, 0}}) == 0);
    CHECK(declare("overlapping", 16, 0, {{"b", "int", 2, 4, 0, 0}, {"a", "int", 0, 4, 0, 0}}) == 0);
    CHECK(declare("twice", 16, 0, {{"b", "int", 4, 4, 0, 0}, {"a", "int", 4, 4, 0, 0}}) == 0);
    const prof_type_declaration no_fields{"no fields", 16, 0, 3, nullptr};
    CHECK(types::declare(&no_fields) == 0);
    CHECK(wrong.count() == 15);
    CHECK(types::count() == types_before);
    CHECK(declare(longest.c_str()) != 0);
}

TEST_CASE("the type is the next allocation's, and no other's") {
    const uint32_t number = declare("next");
    tags::next(number);
    CHECK(next_tag() == Tag{0, number});
    CHECK(next_tag() == untagged);
    tags::next(number);
    tags::next(0);
    CHECK(next_tag() == untagged);
    tags::next(number);
    const uintptr_t pool = fresh_block();
    handed_out(pool, 64);
    CHECK(tag_of(pool) == Tag{0, number});
    CHECK(next_tag() == untagged);
}

TEST_CASE("an allocation that fails or is not recorded uses the type up") {
    const uint32_t number = declare("used up");
    tags::next(number);
    allocated(0, 16);
    CHECK(next_tag() == untagged);
    tags::next(number);
    recorder::set_recording(false);
    allocated(fresh_block(), 16);
    recorder::set_recording(true);
    CHECK(next_tag() == untagged);
    recorder::set_recording(false);
    tags::next(number);
    recorder::set_recording(true);
    CHECK(next_tag() == untagged);
    const uintptr_t old = fresh_block();
    allocated(old, 16);
    tags::next(number);
    recorder::not_reallocated(recorder::reallocating(at(old)));
    CHECK(next_tag() == untagged);
    tags::next(number);
    const LostSince wrong{PROF_LOSS_REPORTS};
    handed_out(~uintptr_t{0} - 8, 16);
    CHECK(wrong.count() == 1);
    CHECK(next_tag() == untagged);
}

TEST_CASE("a number that no declaration gave is not taken, and counted") {
    const LostSince wrong{PROF_LOSS_REPORTS};
    fresh_block();
    tags::next(types::count());
    tags::next(~0u);
    CHECK(next_tag() == untagged);
    const uintptr_t block = fresh_block();
    allocated(block, 16);
    CHECK_FALSE(tags::retype(block, types::count()));
    CHECK(tag_of(block) == untagged);
    CHECK(wrong.count() == 3);
}

TEST_CASE("tagged and untagged blocks of one place have stacks of one frame more and less, each with its own counts") {
    const uint32_t number = declare("counted");
    uintptr_t block[4] = {fresh_block(), fresh_block(), fresh_block(), fresh_block()};
    volatile int all = 4;
    for (int i = 0; i < all; ++i) {
        if (i % 2 == 1) tags::next(number);
        allocated(block[i], 100);
    }
    const uint32_t plain = stack_of(block[0]), tagged = stack_of(block[1]);
    CHECK(stack_of(block[2]) == plain);
    CHECK(stack_of(block[3]) == tagged);
    CHECK(plain != tagged);
    CHECK(stacks::nodes.at(stacks::node_of(tagged)).caller == stacks::node_of(plain));
    prof_stack counts{};
    tables::stack(tagged, counts);
    CHECK(counts.allocated_blocks == 2);
    CHECK(counts.allocated_bytes == 200);
}

// ---- Types, afterwards ---------------------------------------------------------------------------------------------

TEST_CASE("a block can be given a type afterwards, and its bytes go along") {
    const uint32_t number = declare("later"), other = declare("later still");
    const uintptr_t pool = fresh_block();
    handed_out(pool, 64);
    for (const size_t bytes : {8, 63, 64, 5000}) {
        const Scope scope("retyped");
        const uintptr_t block = fresh_block();
        allocated(block, bytes);
        const uint32_t plain = stack_of(block);
        const uint64_t live = tables::totals().live_bytes, ever = tables::totals().allocated_blocks;
        prof_stack before{}, after{};
        tables::stack(plain, before);
        REQUIRE(tags::retype(block, number));
        CHECK(tag_of(block).type == number);
        CHECK(path_of(tag_of(block).domain) == "/retyped");
        tables::stack(plain, after);
        CHECK(after.allocated_bytes == before.allocated_bytes - bytes);
        tables::stack(stack_of(block), after);
        CHECK(after.allocated_bytes - after.freed_bytes == bytes);
        CHECK(tables::totals().live_bytes == live);
        CHECK(tables::totals().allocated_blocks == ever);
        CHECK(tags::retype(block, number));
        CHECK(tags::retype(block, other));
        CHECK(tags::retype(block, 0));
        CHECK(stack_of(block) == plain);
        recorder::freed(at(block));
    }
    CHECK(tags::retype(pool, number));
    CHECK(tag_of(pool) == Tag{0, number});
}

TEST_CASE("a block that is freed, or none, cannot be given a type, and that is counted") {
    const uint32_t number = declare("too late");
    const uintptr_t block = fresh_block(), pool = fresh_block();
    allocated(block, 64);
    handed_out(pool, 64);
    const LostSince wrong{PROF_LOSS_REPORTS};
    CHECK_FALSE(tags::retype(block + 16, number));
    recorder::freed(at(block));
    reported::freed(at(pool));
    CHECK_FALSE(tags::retype(block, number));
    CHECK_FALSE(tags::retype(pool, number));
    CHECK_FALSE(tags::retype(0, number));
    CHECK_FALSE(tags::retype(~uintptr_t{0}, number));
    CHECK(wrong.count() == 5);
}

TEST_CASE("realloc keeps the type and the domain, unless another type was named") {
    const uint32_t number = declare("kept"), other = declare("named anew");
    const uintptr_t block[5] = {fresh_block(), fresh_block(), fresh_block(), fresh_block(), fresh_block()};
    Tag first{};
    {
        const Scope scope("born in");
        tags::next(number);
        allocated(block[0], 16);
        first = tag_of(block[0]);
        CHECK(first.type == number);
    }
    reallocated(block[0], block[1], 32);
    CHECK(tag_of(block[1]) == first);
    const Scope scope("grown in");
    reallocated(block[1], block[2], 48);
    CHECK(tag_of(block[2]) == first);
    tags::next(other);
    reallocated(block[2], block[3], 64);
    CHECK(tag_of(block[3]) == Tag{first.domain, other});
    CHECK(now() == "/grown in");
    reallocated(0, block[4], 64);
    CHECK(path_of(tag_of(block[4]).domain) == "/grown in");
}

// ---- Domains -------------------------------------------------------------------------------------------------------

TEST_CASE("a domain is a path of names, and holds until its scope is left") {
    fresh_block();
    CHECK(now().empty());
    {
        const Scope outer("http");
        CHECK(now() == "/http");
        {
            const Scope inner("json");
            CHECK(now() == "/http/json");
        }
        CHECK(now() == "/http");
    }
    CHECK(now().empty());
    const uint32_t count = domains::count();
    const Scope outer("http"), inner("json");
    CHECK(now() == "/http/json");
    CHECK(domains::count() == count);
    CHECK(path_of(domains::inside(0, "json")) == "/json");
}

TEST_CASE("a domain inside itself is that domain, however deep") {
    const Scope outer("recursion");
    const LostSince full{PROF_LOSS_TABLE_FULL};
    std::vector<uint64_t> tokens;
    for (int i = 0; i < 1000; ++i) tokens.push_back(tags::enter("recursion"));
    CHECK(now() == "/recursion");
    for (; !tokens.empty(); tokens.pop_back()) tags::leave(tokens.back());
    CHECK(now() == "/recursion");
    CHECK(full.count() == 0);
}

TEST_CASE("scopes deeper than are kept belong to the one around, and are counted") {
    fresh_block();
    const LostSince full{PROF_LOSS_TABLE_FULL};
    std::vector<uint64_t> tokens;
    for (uint32_t i = 0; i < Scopes::most + 10; ++i) tokens.push_back(tags::enter(i % 2 == 0 ? "even" : "odd"));
    CHECK(full.count() == 5);  // "odd" in "even" has no room; "even" is where it is
    CHECK(tokens.back() == 0);
    for (; !tokens.empty(); tokens.pop_back()) tags::leave(tokens.back());
    CHECK(now().empty());
}

TEST_CASE("leaving an outer scope leaves the inner ones") {
    fresh_block();
    const uint64_t outer = tags::enter("outer"), middle = tags::enter("middle"), inner = tags::enter("inner");
    CHECK(now() == "/outer/middle/inner");
    tags::leave(middle);
    CHECK(now() == "/outer");
    const LostSince wrong{PROF_LOSS_REPORTS};
    tags::leave(inner);
    tags::leave(middle);
    CHECK(now() == "/outer");
    tags::leave(outer);
    tags::leave(outer);
    CHECK(now().empty());
    CHECK(wrong.count() == 3);
}

TEST_CASE("a token that was used, or was never given, leaves nothing, also where another scope has its place") {
    fresh_block();
    const uint64_t old = tags::enter("old");
    tags::leave(old);
    const LostSince wrong{PROF_LOSS_REPORTS};
    const Scope scope("new");
    for (const uint64_t token : {old, ~uint64_t{0}, uint64_t{1}, scope.token + (1 << 16), scope.token + 1})
        tags::leave(token);
    tags::leave(0);  // what enter() gives when there is nothing to leave
    CHECK(now() == "/new");
    CHECK(wrong.count() == 5);
}

TEST_CASE("a scope is of the thread that entered it") {
    const Scope scope("first thread");
    const LostSince wrong{PROF_LOSS_REPORTS};
    std::string seen, own;
    std::thread([&] {
        seen = now();
        tags::leave(scope.token);
        const Scope mine("second thread");
        own = now();
    }).join();
    CHECK(seen.empty());
    CHECK(own == "/second thread");
    CHECK(now() == "/first thread");
    CHECK(wrong.count() == 1);
}

TEST_CASE("a thread that takes the slot of one that ended within a scope begins outside of all") {
    for (int i = 0; i < 40; ++i) {
        std::string seen = "not run";
        std::thread([&] {
            seen = now();
            tags::enter("never left");
        }).join();
        REQUIRE(seen.empty());
    }
}

TEST_CASE("a domain without a name is not entered, and counted; of a long one the beginning is") {
    fresh_block();
    const LostSince wrong{PROF_LOSS_REPORTS};
    CHECK(tags::enter(nullptr) == 0);
    CHECK(tags::enter("") == 0);
    CHECK(wrong.count() == 2);
    const std::string longest(domains::most_name_bytes, 'd');
    const Scope scope((longest + "and more").c_str());
    CHECK(now() == "/" + longest);
}

TEST_CASE("ten million scopes are entered and left") {
    fresh_block();
    const uint32_t count_before = domains::count();
    for (int i = 0; i < 10'000'000; ++i) tags::leave(tags::enter("many"));
    CHECK(domains::count() <= count_before + 1);
    CHECK(now().empty());
}

// ---- Forks and signals ---------------------------------------------------------------------------------------------

TEST_CASE("a forked child knows what its parent declared, and is in the domain in which it was forked") {
    const uint32_t number = declare("inherited");
    const Scope scope("parent");
    const pid_t child = fork();
    if (child == 0) {
        tags::next(number);
        const Tag tag = next_tag();
        const bool is_right = tag.type == number && path_of(tag.domain) == "/parent";
        const Scope inner("child");
        _exit(is_right && now() == "/parent/child" && declare("of the child alone") == number + 1 ? 0 : 1);
    }
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(declare("of the parent alone") == number + 1);
    CHECK(now() == "/parent");
}

namespace {
uint32_t handler_type = 0;
uint64_t handler_token = 0;
}  // namespace

TEST_CASE("in a handler that interrupted the recorder a type is lost and counted, and a known domain can be entered") {
    handler_type = declare("of a handler");
    const Scope scope("interrupted");
    const uint32_t known = domains::inside(tag_of(([] {
                                               const uintptr_t block = fresh_block();
                                               allocated(block, 16);
                                               return block;
                                           })())
                                               .domain,
                                           "known");
    signal(SIGUSR1, [](int) {
        tags::next(handler_type);
        allocated(fresh_block(), 16);
        handler_token = tags::enter("known");
        tags::leave(handler_token);
        tags::leave(tags::enter("not yet known"));
        tags::retype(4096, handler_type);
        const prof_type_declaration said{"by a handler", 8, 0, 0, nullptr};
        handler_type = types::declare(&said);
    });
    const LostSince inside{PROF_LOSS_REENTRANT};
    const uint32_t types_before = types::count(), domains_before = domains::count();
    Thread* thread = event::begin();
    raise(SIGUSR1);
    event::end(*thread);
    CHECK(known != 0);
    CHECK(handler_token != 0);
    CHECK(handler_type == 0);
    CHECK(types::count() == types_before);
    CHECK(domains::count() == domains_before);
    CHECK(inside.count() == 5);
    CHECK(next_tag().type == 0);
    CHECK(now() == "/interrupted");
}

// ---- Threads -------------------------------------------------------------------------------------------------------

TEST_CASE("threads that declare, enter and tag at once agree on every number, and every block has its own tag") {
    constexpr int count = 4, rounds = 4000;
    std::vector<std::vector<uint32_t>> numbers(count), parts(count);
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i)
        threads.emplace_back([&, i] {
            for (int round = 0; round < rounds; ++round) {
                const std::string name = "T" + std::to_string(round % 500), part = "D" + std::to_string(round % 300);
                const uint32_t number =
                    declare(name.c_str(), 24, 0, {{"a", part.c_str(), 0, 8, 0, 0}, {"b", "", 8, 8, 0, 0}});
                const Scope outer(part.c_str()), inner("inner");
                const uintptr_t block = fresh_block();
                tags::next(number);
                allocated(block, 24);
                const Tag tag = tag_of(block);
                if (tag.type != number || path_of(tag.domain) != "/" + part + "/inner") ++wrong;
                if (!tags::retype(block, 0) || tag_of(block).type != 0) ++wrong;
                numbers[static_cast<size_t>(i)].push_back(number);
                parts[static_cast<size_t>(i)].push_back(tag.domain);
                if (round % 3 != 0) recorder::freed(at(block));
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
    for (const auto& other : numbers) CHECK(other == numbers[0]);
    for (const auto& other : parts) CHECK(other == parts[0]);
}

// Last: nothing more can be declared afterwards.
TEST_CASE("full tables are counted, and what is known goes on") {
    const uint32_t known = declare("known before");
    const LostSince full{PROF_LOSS_TABLE_FULL};
    const std::vector<prof_field_declaration> many = [] {
        std::vector<prof_field_declaration> fields;
        for (uint32_t i = 0; i < types::most_fields_of_one; ++i) fields.push_back({"f", "", i, 1, 0, 0});
        return fields;
    }();
    uint32_t taken = 0;
    for (uint32_t i = 0; i < 1100; ++i) taken += declare(("wide" + std::to_string(i)).c_str(), 4096, 0, many) != 0;
    CHECK(taken <= types::most_fields / types::most_fields_of_one);
    CHECK(full.count() == 1100 - taken);
    for (uint32_t i = 0; i <= types::most; ++i) declare(("narrow" + std::to_string(i)).c_str());
    CHECK(types::count() == types::most);
    CHECK(declare("known before") == known);
    for (uint32_t i = 0; i <= domains::most; ++i) tags::leave(tags::enter(("part" + std::to_string(i)).c_str()));
    CHECK(domains::count() == domains::most);
    const Scope beyond("beyond");
    CHECK(now().empty());
    tags::next(known);
    CHECK(next_tag().type == known);
}

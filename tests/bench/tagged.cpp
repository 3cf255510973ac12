// SPDX-License-Identifier: MIT
//
// What it costs to say of an allocation what it is, and in which part of the program: pairs of malloc and free with and
// without, in turn.
//
// Side:    tests, bench. Usage: LD_PRELOAD=libprof.so tagged [KIND COUNT]
// Without arguments it prints nanoseconds of CPU time an operation, medians of interleaved rounds. With a kind it does
// that alone, COUNT times, for whoever counts instructions (tests/bench/tagged.py).
#include <prof/prof.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

namespace {

struct Object {
    long word[3];
};

void use(void* block) { asm volatile("" ::"r"(block) : "memory"); }

void untagged() {
    void* block = std::malloc(sizeof(Object));
    use(block);
    std::free(block);
}
void typed() {
    prof::next_is<Object>();
    untagged();
}
void in_scope() {
    const prof::scope scope("request");
    untagged();
}
void scope_alone() {
    const prof::scope scope("request");
    asm volatile("");
}
void scopes_of_two() {
    const prof::scope outer("request"), inner("json");
    asm volatile("");
}
void retyped() {
    void* block = std::malloc(sizeof(Object));
    use(block);
    prof::block_is<Object>(block);
    std::free(block);
}
void with_allocator() {
    prof::allocator<Object> allocator;
    Object* block = allocator.allocate(1);
    use(block);
    allocator.deallocate(block, 1);
}
void with_standard_allocator() {
    std::allocator<Object> allocator;
    Object* block = allocator.allocate(1);
    use(block);
    allocator.deallocate(block, 1);
}

struct Kind {
    const char* name;
    void (*act)();
    bool stays_in_scope;  // the domain was entered before
};
constexpr std::array kinds = {
    Kind{"untagged", untagged, false},
    Kind{"typed", typed, false},
    Kind{"within a domain", untagged, true},
    Kind{"typed, within a domain", typed, true},
    Kind{"std::allocator", with_standard_allocator, false},
    Kind{"prof::allocator", with_allocator, false},
    Kind{"a scope and a pair in it", in_scope, false},
    Kind{"a scope", scope_alone, false},
    Kind{"a scope in a scope", scopes_of_two, false},
    Kind{"typed afterwards", retyped, false},
};

void repeat(const Kind& kind, long count) {
    const auto loop = [&] {
        for (long i = 0; i < count; ++i) kind.act();
    };
    if (!kind.stays_in_scope) return loop();
    const prof::scope scope("server");
    loop();
}

double seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void measure() {
    constexpr int rounds = 201;
    constexpr long count = 20'000;
    std::array<std::vector<double>, kinds.size()> ns;
    for (int round = 0; round < rounds; ++round)
        for (size_t i = 0; i < kinds.size(); ++i) {
            const double begin = seconds();
            repeat(kinds[i], count);
            ns[i].push_back((seconds() - begin) * 1e9 / static_cast<double>(count));
        }
    for (size_t i = 0; i < kinds.size(); ++i) {
        auto& sorted = ns[i];
        std::sort(sorted.begin(), sorted.end());
        std::printf("%-26s %7.1f ns, at least %7.1f\n", kinds[i].name, sorted[rounds / 2], sorted[0]);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 1) return measure(), 0;
    for (const Kind& kind : kinds)
        if (argc == 3 && std::strcmp(kind.name, argv[1]) == 0) return repeat(kind, std::atol(argv[2])), 0;
    for (const Kind& kind : kinds) std::puts(kind.name);
    return 2;
}

// SPDX-License-Identifier: MIT
//
// Does an allocation cost the same however many blocks live, and however many call stacks have allocated?
//
// Side:    tests, bench. Usage: bench_flat blocks|stacks COUNT   (flat.py runs it for many counts)
// Prints nanoseconds of CPU time for a pair while the blocks or stacks come to be, the same for 2 million pairs among
// them afterwards (a random block freed and allocated again; a random stack), and the longest pair in microseconds of
// time on the wall: what a table that grows holds one thread up for, or the kernel.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

constexpr size_t pairs = 2'000'000;

double now_ns(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

uint64_t next(uint64_t& state) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 24;
}

// Each bit of `way` is one of two places that the next frame is called from.
[[gnu::noinline]] void* below(unsigned depth, uint64_t way) {
    if (depth == 0) return std::malloc(32);
    void* block;
    if ((way & 1) != 0) {
        block = below(depth - 1, way >> 1);
        asm volatile("nop" : "+r"(block));
    } else {
        block = below(depth - 1, way >> 1);
        asm volatile("" : "+r"(block));
    }
    return block;
}

struct Blocks {
    explicit Blocks(size_t wanted) : count(wanted), slots(static_cast<void**>(std::calloc(wanted, sizeof(void*)))) {}
    void make(size_t i) { slots[i] = std::malloc(32); }
    void act(uint64_t random) {
        void*& slot = slots[random % count];
        std::free(slot);
        slot = std::malloc(32);
    }
    size_t count;
    void** slots;
};

struct Stacks {
    explicit Stacks(size_t wanted) : count(wanted) {}
    void make(size_t i) { act(i); }
    void act(uint64_t random) {
        void* block = below(24, random % count);
        asm volatile("" ::"r"(block) : "memory");
        std::free(block);
    }
    size_t count;
};

template <class Kind>
void measure(size_t count) {
    Kind kind(count);
    double longest = 0, before = now_ns(CLOCK_MONOTONIC);
    const double began = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t i = 0; i < count; ++i) {
        kind.make(i);
        const double now = now_ns(CLOCK_MONOTONIC);
        longest = now - before > longest ? now - before : longest;
        before = now;
    }
    const double made = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t state = 1;
    for (size_t i = 0; i < pairs; ++i) kind.act(next(state));
    const double done = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    std::printf("%.1f %.1f %.0f\n", (made - began) / static_cast<double>(count), (done - made) / pairs, longest / 1e3);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return std::fputs("usage: bench_flat blocks|stacks COUNT\n", stderr), 2;
    const size_t count = std::strtoul(argv[2], nullptr, 10);
    if (std::strcmp(argv[1], "blocks") == 0)
        measure<Blocks>(count);
    else
        measure<Stacks>(count);
}

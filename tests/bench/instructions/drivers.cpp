// SPDX-License-Identifier: MIT
//
// Small fixed inputs for the hot path, one after another in one process, for whoever counts their instructions.
//
// Side:    tests, bench. Usage: bench_instructions [list | KIND COUNT]
//
// Each kind is done to warm up, then `few` times, then `many` times, and boundary() is called after each: a counter
// that looks whenever it is called (instructions.py) has the cost of `many - few`, without what comes once. "list"
// prints that difference and the kinds. Kinds of two threads come last: from the first on, the process counts as
// threaded.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <thread>
#include <vector>

#include <prof/prof.hpp>

extern "C" [[gnu::noinline]] void boundary() { asm volatile(""); }

namespace {

// The recorder looks around every 32 pairs, and a thread hands its counters over every 512.
constexpr unsigned long warm_up = 4096, few = 1024, many = 3072;

struct Object {
    long word[3];
};

void use(void* block) { asm volatile("" ::"r"(block) : "memory"); }

// Permutes the 20 lowest bits.
uint64_t scattered(uint64_t number) {
    number = number * 0x9e375 & 0xfffff;
    number ^= number >> 11;
    return number * 0x2c1b5 & 0xfffff;
}

// malloc below `depth` frames; each bit of `way` is the place that the next one is called from, the outermost first.
[[gnu::noinline]] void* below(unsigned depth, uint64_t way, size_t bytes) {
    if (depth == 0) return std::malloc(bytes);
    void* block;
    if ((way & 1) != 0) {
        block = below(depth - 1, way >> 1, bytes);
        asm volatile("nop" : "+r"(block));
    } else {
        block = below(depth - 1, way >> 1, bytes);
        asm volatile("" : "+r"(block));
    }
    return block;
}

// The same in functions that keep a frame pointer, as programs built for other profilers do.
[[gnu::noinline, gnu::optimize("no-omit-frame-pointer")]] void* below_with_frame_pointers(unsigned depth,
                                                                                          size_t bytes) {
    if (depth == 0) return std::malloc(bytes);
    void* block = below_with_frame_pointers(depth - 1, bytes);
    asm volatile("" : "+r"(block));
    return block;
}

// Pairs of malloc and free below `depth` frames.
template <unsigned depth, size_t bytes>
void same_place(unsigned long count) {
    for (unsigned long i = 0; i < count; ++i) {
        void* block = below(depth, 0, bytes);
        use(block);
        std::free(block);
    }
}

void with_frame_pointers(unsigned long count) {
    for (unsigned long i = 0; i < count; ++i) {
        void* block = below_with_frame_pointers(20, 40);
        use(block);
        std::free(block);
    }
}

template <unsigned depth>
void by(unsigned long count, uint64_t (*way)(unsigned long)) {
    for (unsigned long i = 0; i < count; ++i) {
        void* block = below(depth, way(i), 40);
        use(block);
        std::free(block);
    }
}

void two_places(unsigned long count) {
    by<20>(count, [](unsigned long i) { return (i & 1) * 0xf << 16; });
}
void many_places(unsigned long count) {
    by<20>(count, [](unsigned long i) { return (scattered(i) & 0x3ff) << 10; });
}
// Never the same one again.
void new_places(unsigned long count) {
    static unsigned next = 0;
    by<21>(count, [](unsigned long) { return scattered(next++) << 1 | 1; });
}

void plain_new(unsigned long count) {
    for (unsigned long i = 0; i < count; ++i) {
        auto* object = new Object;
        use(object);
        delete object;
    }
}

void cleared(unsigned long count) {
    for (unsigned long i = 0; i < count; ++i) {
        void* block = std::calloc(1, 40);
        use(block);
        std::free(block);
    }
}

void resized(unsigned long count) {
    void* block = std::malloc(40);
    for (unsigned long i = 0; i < count; ++i) block = std::realloc(block, (i & 1) != 0 ? 40 : 400);
    std::free(block);
}

void typed(unsigned long count) {
    for (unsigned long i = 0; i < count; ++i) {
        prof::next_is<Object>();
        void* block = std::malloc(sizeof(Object));
        use(block);
        std::free(block);
    }
}

void in_scopes(unsigned long count) {
    for (unsigned long i = 0; i < count; ++i) {
        const prof::scope scope("request");
        void* block = std::malloc(sizeof(Object));
        use(block);
        std::free(block);
    }
}

// One of many live blocks replaced: the side table, and lifetimes.
void replaced(unsigned long count) {
    constexpr unsigned live = 4096;
    static std::vector<void*> slots(live);
    for (unsigned long i = 0; i < count; ++i) {
        void*& slot = slots[scattered(i) % live];
        std::free(slot);
        slot = std::malloc(8 + i % 100);
    }
}

[[gnu::noinline]] void throw_through(unsigned depth) {
    if (depth == 0) throw 1;
    throw_through(depth - 1);
    asm volatile("");
}
void thrown(unsigned long count) {
    for (unsigned long i = 0; i < count; i += 16) {  // a throw costs much without us
        try {
            throw_through(10);
        } catch (int) {
        }
    }
}

void with_two_threads(void (*act)(unsigned long), unsigned long count) {
    static bool is_threaded = false;
    if (!is_threaded) std::thread([] {}).join();
    is_threaded = true;
    act(count);
}

struct Kind {
    const char* name;
    void (*act)(unsigned long count);
};

constexpr Kind kinds[] = {
    {"depth 10", same_place<10, 40>},
    {"depth 20", same_place<20, 40>},
    {"depth 40", same_place<40, 40>},
    {"depth 100", same_place<100, 40>},
    {"depth 20, frame pointers", with_frame_pointers},
    {"depth 20, 16 B", same_place<20, 16>},
    {"depth 20, 200 B", same_place<20, 200>},
    {"four frames differ", two_places},
    {"one of 1,024 stacks", many_places},
    {"a new stack", new_places},
    {"new and delete", plain_new},
    {"calloc", cleared},
    {"realloc", resized},
    {"one of 4,096 blocks", replaced},
    {"a throw, each 16th", thrown},
    {"with a type", typed},
    {"in a scope", in_scopes},
    {"threaded, depth 20", [](unsigned long count) { with_two_threads(same_place<20, 40>, count); }},
    {"threaded, one of 1,024 stacks", [](unsigned long count) { with_two_threads(many_places, count); }},
    {"threaded, one of 4,096 blocks", [](unsigned long count) { with_two_threads(replaced, count); }},
};

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::strcmp(argv[1], "list") == 0) {
        std::printf("%lu\n", many - few);
        for (const Kind& kind : kinds) std::puts(kind.name);
        return 0;
    }
    for (const Kind& kind : kinds) {
        if (argc == 3 && std::strcmp(argv[1], kind.name) == 0) return kind.act(std::strtoul(argv[2], nullptr, 10)), 0;
    }
    for (const Kind& kind : kinds) {
        for (const unsigned long count : {warm_up, few, many}) {
            kind.act(count);
            boundary();
        }
    }
}

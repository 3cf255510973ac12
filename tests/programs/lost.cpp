// SPDX-License-Identifier: MIT
//
// Programs that lose memory in one agreed way each, and what must be said of it. `lost CASE` does it and ends; `lost`
// alone lists the cases: name, then blocks/bytes definitely lost, indirectly lost, possibly lost.
//
// Side: tests. leak_verdicts.py runs each under the agent, and under memcheck when it is told to: both must agree with
// the table below. What is still reachable is left to the C++ library, which keeps a pool of its own.
#include <pthread.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

void* volatile held[16];  // roots
thread_local void* volatile held_by_thread;

// An allocation that the optimizer cannot see through.
template <class T>
[[gnu::noinline]] T* opaque(T* pointer) {
    asm volatile("" : "+r"(pointer) : : "memory");
    return pointer;
}
void* block(size_t bytes) { return opaque(std::malloc(bytes)); }

struct Node {
    Node* next = nullptr;
    char text[40] = {};
};
Node* node(Node* next = nullptr) {
    Node* made = opaque(new Node);
    made->next = next;
    return made;
}
Node* inside(Node* whole) { return reinterpret_cast<Node*>(whole->text + 1); }

struct Session {
    std::shared_ptr<Session> peer;
    std::string name = std::string(100, 'x');
};
struct First {
    virtual ~First() = default;
    uint64_t first = 1;
};
struct Second {
    virtual ~Second() = default;
    uint64_t second = 2;
};
struct Both : First, Second {};
struct Destroyed {
    ~Destroyed() { opaque(this); }
    uint64_t words[3] = {};
};

// ---- The nine cases of memcheck's manual
// -----------------------------------------------------------------------------

void nine_cases() {
    held[1] = node();
    held[2] = node(node());
    node();
    node(node());
    held[5] = inside(node());
    Node* six = node(node());
    six->next = inside(six->next);
    held[6] = six;
    held[7] = inside(node(node()));
    Node* eight = node(node());
    eight->next = inside(eight->next);
    held[8] = inside(eight);
    Node* nine = node(node());
    nine->next = inside(nine->next);
}

// ---- Structures
// ------------------------------------------------------------------------------------------------------

void list() {
    Node* head = nullptr;
    for (int i = 0; i < 10; ++i) head = node(head);
}
void ring() {
    Node* last = node();
    last->next = node(node(node(last)));
}
void shared_cycle() {
    auto one = std::make_shared<Session>(), two = std::make_shared<Session>();
    one->peer = two;
    two->peer = one;
}
void map() {
    auto* map = opaque(new std::map<int, int>);
    for (int i = 0; i < 100; ++i) (*map)[i] = i;
}
void vector_of_strings() {
    auto* strings = opaque(new std::vector<std::string>);
    strings->reserve(10);
    for (int i = 0; i < 10; ++i) strings->push_back(std::string(99, 'y'));
}

// ---- Pointers that hold, and pointers that do not
// --------------------------------------------------------------------

void array_of_objects() { held[1] = opaque(new Destroyed[7]); }
void second_base() { held[1] = static_cast<Second*>(opaque(new Both)); }
void interior() { held[1] = static_cast<char*>(block(100)) + 10; }
void last_byte() { held[1] = static_cast<char*>(block(100)) + 99; }
void one_past_the_end() { held[1] = static_cast<char*>(block(100)) + 100; }
void unaligned() {
    static char place[3 * sizeof(void*)];
    void* made = block(64);
    std::memcpy(opaque(place) + 1, &made, sizeof made);
}
void masked() { held[1] = reinterpret_cast<void*>(~reinterpret_cast<uintptr_t>(block(64))); }
void tagged() { held[1] = static_cast<char*>(block(64)) + 1; }

// ---- Roots
// -----------------------------------------------------------------------------------------------------------

void thread_local_variable() { held_by_thread = block(64); }
void thread_specific_value() {
    pthread_key_t key;
    pthread_key_create(&key, nullptr);
    pthread_setspecific(key, block(64));
}
void own_mapping() {
    void* mapping = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    static_cast<void**>(mapping)[7] = block(64);
}
void ended_thread() {
    std::thread([] { block(64); }).join();
}

// ---- Allocations
// -----------------------------------------------------------------------------------------------------

void empty_block() { block(0); }
void aligned_block() { opaque(std::aligned_alloc(4096, 8192)); }
void moved_block() { opaque(std::realloc(block(10), 100'000)); }
void freed_block() { std::free(block(64)); }

struct Case {
    const char* name;
    void (*run)();
    int definite, definite_bytes, indirect, indirect_bytes, possible, possible_bytes;
};
constexpr Case cases[] = {
    {"nine_cases", nine_cases, 3, 144, 2, 96, 6, 288},
    {"list", list, 1, 48, 9, 432, 0, 0},
    {"ring", ring, 1, 48, 3, 144, 0, 0},
    {"shared_cycle", shared_cycle, 1, 64, 3, 266, 0, 0},
    {"map", map, 1, 48, 100, 4000, 0, 0},
    {"vector_of_strings", vector_of_strings, 1, 24, 11, 1320, 0, 0},
    {"array_of_objects", array_of_objects, 0, 0, 0, 0, 0, 0},
    {"second_base", second_base, 0, 0, 0, 0, 0, 0},
    {"interior", interior, 0, 0, 0, 0, 1, 100},
    {"last_byte", last_byte, 0, 0, 0, 0, 1, 100},
    {"one_past_the_end", one_past_the_end, 1, 100, 0, 0, 0, 0},
    {"unaligned", unaligned, 1, 64, 0, 0, 0, 0},
    {"masked", masked, 1, 64, 0, 0, 0, 0},
    {"tagged", tagged, 0, 0, 0, 0, 1, 64},
    {"thread_local_variable", thread_local_variable, 0, 0, 0, 0, 0, 0},
    {"thread_specific_value", thread_specific_value, 0, 0, 0, 0, 0, 0},
    {"own_mapping", own_mapping, 0, 0, 0, 0, 0, 0},
    {"ended_thread", ended_thread, 1, 64, 0, 0, 0, 0},
    {"empty_block", empty_block, 1, 0, 0, 0, 0, 0},
    {"aligned_block", aligned_block, 1, 8192, 0, 0, 0, 0},
    {"moved_block", moved_block, 1, 100'000, 0, 0, 0, 0},
    {"freed_block", freed_block, 0, 0, 0, 0, 0, 0},
};

// What the case left on the stack is not held by it.
[[gnu::noinline]] void wipe_the_stack() {
    char zeroes[16384];
    std::memset(zeroes, 0, sizeof zeroes);
    opaque(zeroes);
}
[[gnu::noinline]] void run(const Case& each) { each.run(); }

}  // namespace

int main(int argc, char** argv) {
    for (const Case& each : cases) {
        if (argc < 2) {
            std::printf("%s %d/%d %d/%d %d/%d\n", each.name, each.definite, each.definite_bytes, each.indirect,
                        each.indirect_bytes, each.possible, each.possible_bytes);
        } else if (std::strcmp(each.name, argv[1]) == 0) {
            run(each);
            wipe_the_stack();
            return 0;
        }
    }
    return argc < 2 ? 0 : 2;
}

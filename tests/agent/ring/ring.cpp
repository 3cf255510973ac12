// SPDX-License-Identifier: MIT
//
// A program in which every block always stays reachable, whatever instruction it is caught at.
//
//                 ┌────────── next ──────────┐
//   ring ──► node 0 ◄──► node 1 ◄──► … ◄──► node n-1      each node holds a leaf of its own
//
// Threads replace nodes, grow and shrink them with realloc, take them out and hold them in one place alone (a register,
// the stack, thread-local storage of the program and of a library that came later, pthread_setspecific, memory from
// mmap), hand them to each other, fork, and start threads that do the same and end.
//
// Side: tests. ring PLUGIN: says "ready", then takes a snapshot to each path that it reads and says how that went.
//
// A node says who it is by its size: 2048 * (1 to 4) + 8 * number + 3. A leaf is leaf_bytes long. check.cpp knows.
#include "ring.h"

#include <dlfcn.h>
#include <prof/prof.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

using namespace ring;

namespace {

struct Node {
    Node* next;
    Node* previous;
    void* leaf;
    size_t number;
};

std::atomic<bool> at_end{false};
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
Node* head = nullptr;
size_t in_ring = 0;
std::atomic<Node*> mailbox{nullptr};
thread_local Node* static_tls = nullptr;
Node** (*dynamic_tls)() = nullptr;
std::vector<pthread_key_t> keys;
Node** mapped_cells = nullptr;

class Dice {
   public:
    explicit Dice(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15 + 1) {}
    uint64_t below(uint64_t bound) {
        state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
        return state_ % bound;
    }

   private:
    uint64_t state_;
};

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::_Exit(3);
}

size_t some_size(size_t number, Dice& dice) { return size_of_node(number, 1 + dice.below(most_units)); }

// A block must be whole before the snapshot may see it as somebody's only holder: its words are filled in before it is
// linked, and what it replaces is let go of afterwards.
void link_behind(Node* place, Node* node) {
    node->next = place->next;
    node->previous = place;
    place->next->previous = node;
    place->next = node;
    ++in_ring;
}

Node* take_out(Node* node) {
    if (head == node) head = node->next;
    node->previous->next = node->next;
    node->next->previous = node->previous;
    --in_ring;
    return node;
}

Node* some_node(Dice& dice) {
    Node* node = head;
    for (uint64_t i = dice.below(32); i > 0; --i) node = node->next;
    return node;
}

void replace_leaf(Node* node) {
    void* old = node->leaf;
    node->leaf = std::malloc(leaf_bytes);
    std::free(old);
}

void replace(Node* node, Dice& dice) {
    Node* fresh = static_cast<Node*>(std::malloc(some_size(node->number, dice)));
    std::memcpy(static_cast<void*>(fresh), node, sizeof(Node));
    node->previous->next = fresh;
    node->next->previous = fresh;
    if (head == node) head = fresh;
    std::free(node);
}

void resize(Node* node, Dice& dice) {
    const bool was_head = head == node;
    Node* moved = static_cast<Node*>(std::realloc(static_cast<void*>(node), some_size(node->number, dice)));
    moved->previous->next = moved;
    moved->next->previous = moved;
    if (was_head) head = moved;
}

// For so many turns `*cell` is empty and its value nowhere but in a register: one that calls keep, or one that no call
// keeps, or half of a vector register.
void hold_in_register(Node** cell, long turns) {
    asm volatile(
        "xor %%r12d, %%r12d\n\txchg %%r12, (%1)\n1:\tdec %0\n\tjnz 1b\n\txchg %%r12, (%1)\n\txor %%r12d, %%r12d"
        : "+r"(turns)
        : "r"(cell)
        : "r12", "memory", "cc");
}
void hold_in_scratch_register(Node** cell, long turns) {
    asm volatile(
        "xor %%r11d, %%r11d\n\txchg %%r11, (%1)\n1:\tdec %0\n\tjnz 1b\n\txchg %%r11, (%1)\n\txor %%r11d, %%r11d"
        : "+r"(turns)
        : "r"(cell)
        : "r11", "memory", "cc");
}
void hold_in_vector_register(Node** cell, long turns) {
    asm volatile("movq (%1), %%xmm7\n\tmovq $0, (%1)\n1:\tdec %0\n\tjnz 1b\n\tmovq %%xmm7, (%1)\n\tpxor %%xmm7, %%xmm7"
                 : "+r"(turns)
                 : "r"(cell)
                 : "xmm7", "memory", "cc");
}

void spin(long turns) { asm volatile("1:\tdec %0\n\tjnz 1b" : "+r"(turns) : : "cc"); }
void nap() {
    const timespec time{0, 200'000};
    nanosleep(&time, nullptr);
}

// Only there, for a while: the node goes through `cell`, and no other copy is kept.
void hold_in_cell(Node** cell, Dice& dice) {
    switch (dice.below(6)) {
        case 0:
            return hold_in_register(cell, hold_turns);
        case 1:
            return hold_in_scratch_register(cell, hold_turns);
        case 2:
            return hold_in_vector_register(cell, hold_turns);
        case 3:
            return nap();
        default:
            return spin(hold_turns);
    }
}

void hold_in_key(Node** cell, Dice& dice) {
    const pthread_key_t key = keys[dice.below(keys.size())];
    pthread_setspecific(key, *cell);
    *cell = nullptr;
    dice.below(2) == 0 ? nap() : spin(hold_turns);
    *cell = static_cast<Node*>(pthread_getspecific(key));
    pthread_setspecific(key, nullptr);
}

// Moves through one place that is the only holder, and back.
void hold_somewhere(Node** from, size_t thread, Dice& dice) {
    Node** cell = from;
    switch (dice.below(5)) {
        case 0:
            cell = &static_tls;
            break;
        case 1:
            cell = dynamic_tls();
            break;
        case 2:
            cell = &mapped_cells[thread];
            break;
        case 3:
            return hold_in_key(from, dice);
        default:
            break;  // the stack
    }
    Node* const node = *from;
    *cell = node;
    if (cell != from) *from = nullptr;
    hold_in_cell(cell, dice);
    Node* const back = *cell;
    *from = back;
    if (cell != from) *cell = nullptr;
}

// Out of the ring, through a place, through another thread's hands, and in again.
[[gnu::noinline]] void carry(size_t thread, Dice& dice) {
    Node* held[1];
    pthread_mutex_lock(&lock);
    held[0] = in_ring > least_in_ring ? take_out(some_node(dice)) : nullptr;
    pthread_mutex_unlock(&lock);
    if (held[0] == nullptr) return;
    hold_somewhere(held, thread, dice);
    held[0] = mailbox.exchange(held[0]);
    if (held[0] == nullptr) return;
    pthread_mutex_lock(&lock);
    link_behind(head, held[0]);
    pthread_mutex_unlock(&lock);
}

void change(Dice& dice) {
    pthread_mutex_lock(&lock);
    Node* node = some_node(dice);
    head = node;
    switch (dice.below(3)) {
        case 0:
            replace(node, dice);
            break;
        case 1:
            resize(node, dice);
            break;
        default:
            replace_leaf(node);
    }
    pthread_mutex_unlock(&lock);
}

void mutate(size_t thread, Dice dice, long rounds) {
    for (long i = 0; i < rounds && !at_end.load(std::memory_order_relaxed); ++i) {
        if (dice.below(16) == 0) carry(thread, dice);
        change(dice);
    }
}

// A forked child changes the ring that it got, if nobody was in it, and goes. wait() sees it and nothing else.
void fork_one(Dice& dice) {
    pthread_mutex_lock(&lock);
    const pid_t child = fork();
    pthread_mutex_unlock(&lock);
    if (child < 0) fail("fork");
    if (child == 0) {
        for (int i = 0; i < 50; ++i) change(dice);
        _exit(7);
    }
    int status = 0;
    pid_t got;
    while ((got = waitpid(-1, &status, 0)) < 0 && errno == EINTR) continue;
    if (got != child || !WIFEXITED(status) || WEXITSTATUS(status) != 7) fail("a forked child did not end as it should");
    if (waitpid(-1, &status, 0) != -1 || errno != ECHILD) fail("wait() sees a child that the program did not make");
}

void start_threads_and_fork(size_t thread) {
    Dice dice(thread);
    while (!at_end.load()) {
        std::thread(mutate, thread, Dice(dice.below(1000)), 200L).join();
        fork_one(dice);
    }
}

void build(Dice& dice) {
    for (size_t number = 0; number < nodes; ++number) {
        Node* node = static_cast<Node*>(std::malloc(some_size(number, dice)));
        *node = {node, node, std::malloc(leaf_bytes), number};
        if (head == nullptr) {
            head = node;
            in_ring = 1;
        } else {
            link_behind(head, node);
        }
    }
}

void prepare(const char* plugin) {
    void* library = dlopen(plugin, RTLD_NOW);
    if (library == nullptr) fail(dlerror());
    dynamic_tls = reinterpret_cast<Node** (*)()>(dlsym(library, "plugin_cell"));
    keys.resize(key_count);  // beyond 32 their values have blocks of their own
    for (pthread_key_t& key : keys) pthread_key_create(&key, nullptr);
    void* cells = mmap(nullptr, 64 << 10, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (cells == MAP_FAILED) fail("mmap");
    mapped_cells = static_cast<Node**>(cells) + 1000;
    Dice dice(7);
    build(dice);
}

void answer_requests() {
    char path[4096];
    std::puts("ready");
    std::fflush(stdout);
    while (std::fgets(path, sizeof path, stdin) != nullptr) {
        path[std::strcspn(path, "\n")] = '\0';
        errno = 0;
        const int result = prof_take_snapshot(path);
        std::printf("%d\n", result == 0 ? 0 : errno);
        std::fflush(stdout);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    prepare(argv[1]);
    std::vector<std::thread> threads;
    for (size_t i = 1; i <= mutators; ++i) threads.emplace_back(mutate, i, Dice(i), LONG_MAX);
    threads.emplace_back(start_threads_and_fork, mutators + 1);
    answer_requests();
    at_end.store(true);
    for (std::thread& thread : threads) thread.join();
    return 0;
}

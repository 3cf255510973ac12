// SPDX-License-Identifier: MIT
//
// A program to measure: holds a given number of linked blocks, as a program full of small objects does, takes one
// snapshot, adds one tenth, and takes another.
//
// Side:    tests, bench. Usage: keep BLOCKS BYTES FIRST.heap SECOND.heap; without the files it takes no snapshots.
// Each block points to two others, chosen at random among those before it. Prints the milliseconds that each call took.
#include <prof/prof.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

namespace {

struct Node {
    Node *left, *right;
    uint64_t number;
};

uint64_t state = 1;
uint64_t next() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 33;
}

// A hundred places of allocation, as a program of some size has.
template <int place>
[[gnu::noinline]] Node* make(size_t bytes) {
    auto* node = static_cast<Node*>(std::malloc(bytes));
    asm volatile("" : "+r"(node));
    return node;
}

template <int... places>
constexpr auto table_of(std::integer_sequence<int, places...>) {
    return std::array<Node* (*)(size_t), sizeof...(places)>{make<places>...};
}
constexpr auto makers = table_of(std::make_integer_sequence<int, 100>());

void grow(std::vector<Node*>& nodes, size_t count, size_t bytes) {
    nodes.reserve(nodes.size() + count);
    for (size_t i = 0; i < count; ++i) {
        Node* node = makers[next() % makers.size()](bytes);
        node->left = nodes.empty() ? nullptr : nodes[next() % nodes.size()];
        node->right = nodes.empty() ? nullptr : nodes[next() % nodes.size()];
        node->number = i;
        nodes.push_back(node);
    }
}

bool snapshot(const char* path) {
    const auto start = std::chrono::steady_clock::now();
    const bool taken = prof_take_snapshot(path) == 0;
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    std::printf("%.1f\n", took.count());
    return taken;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 && argc != 5) return 2;
    const size_t count = std::strtoul(argv[1], nullptr, 10), bytes = std::strtoul(argv[2], nullptr, 10);
    if (bytes < sizeof(Node)) return 2;
    static std::vector<Node*> nodes;
    grow(nodes, count, bytes);
    if (argc == 3) return 0;
    if (!snapshot(argv[3])) return 1;
    grow(nodes, count / 10, bytes);
    return snapshot(argv[4]) ? 0 : 1;
}

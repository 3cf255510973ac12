// SPDX-License-Identifier: MIT
//
// The tree of stacks: see stacks.h. Here: adding, and growing the table.
//
// Side:    agent, floor 2 (record).
#include "stacks.h"

#include <sys/mman.h>

#include "base/arena.h"
#include "base/lock.h"
#include "base/syscalls.h"
#include "blocks.h"
#include "counters.h"
#include "shared.h"

namespace prof::stacks {

constinit Segments<Node, 12> nodes{};
constinit std::atomic<uint32_t> node_total{0};
constinit std::atomic<Table*> table{nullptr};

namespace {

constexpr uint32_t first_log2 = 12;
constexpr uint32_t flag_shift = 30;

constinit Lock lock;
constinit Leaves leaves{};  // stack -> flags << 30 | node
constinit std::atomic<uint32_t> leaf_total{0};

// Ours are what counts: a forked child must know how many there were at the fork.
void count_nodes(uint32_t count) noexcept {
    node_total.store(count, std::memory_order_release);
    __atomic_store_n(&shared_page.node_total, count, __ATOMIC_RELEASE);
    if (shared::columns.nodes.is_cut()) shared_page.cut = 1;
}

void count_stacks(uint32_t count) noexcept {
    leaf_total.store(count, std::memory_order_release);
    __atomic_store_n(&shared_page.stack_total, count, __ATOMIC_RELEASE);
    if (shared::columns.leaves.is_cut() || shared::columns.counters.is_cut()) shared_page.cut = 1;
}

Table* make_table(uint32_t log2) noexcept {
    auto* made = static_cast<Table*>(arena::take(sizeof(Table) + (sizeof(uint32_t) << log2)));
    if (made != nullptr) made->log2 = log2;
    return made;
}

void put(Table& into, uint32_t number) noexcept {
    const Node& node = nodes.at(number);
    uint64_t mask = (uint64_t{1} << into.log2) - 1;
    uint64_t at = hash_of(node.caller, node.pc) >> (64 - into.log2);
    while (into.slot[at].load(std::memory_order_relaxed) != 0) at = (at + 1) & mask;
    into.slot[at].store(number, std::memory_order_release);
}

// Gives the memory of a table that was outgrown back, but not its place: a reader that is still in it sees empty slots,
// as of nodes that are new to it, and asks add(), which looks into the current table. The first page holds the size.
void empty(Table* outgrown) noexcept {
    constexpr uintptr_t page_mask = 4095;
    const uintptr_t start = (reinterpret_cast<uintptr_t>(outgrown->slot) + page_mask) & ~page_mask;
    const uintptr_t end = reinterpret_cast<uintptr_t>(&outgrown->slot[size_t{1} << outgrown->log2]) & ~page_mask;
    if (start < end) sys::madvise(reinterpret_cast<void*>(start), end - start, MADV_DONTNEED);
}

bool grow() noexcept {
    Table* outgrown = table.load(std::memory_order_relaxed);
    Table* fresh = make_table(outgrown->log2 + 1);
    if (fresh == nullptr) return false;
    uint32_t count = node_total.load(std::memory_order_relaxed);
    for (uint32_t number = 1; number < count; ++number) put(*fresh, number);
    table.store(fresh, std::memory_order_release);
    empty(outgrown);
    return true;
}

// Somebody may have added the node, or grown the table, between our look and our lock.
uint32_t find_locked(uint32_t caller, uint64_t pc) noexcept {
    const Table* now = table.load(std::memory_order_relaxed);
    uint64_t mask = (uint64_t{1} << now->log2) - 1;
    for (uint64_t at = hash_of(caller, pc) >> (64 - now->log2);; at = (at + 1) & mask) {
        uint32_t number = now->slot[at].load(std::memory_order_relaxed);
        if (number == 0) return 0;
        const Node& node = nodes.at(number);
        if (node.pc == pc && node.caller == caller) return number;
    }
}

}  // namespace

bool start() noexcept {
    nodes.live_in(shared::columns.nodes);
    leaves.live_in(shared::columns.leaves);
    counters::stacks.live_in(shared::columns.counters);
    Table* first = make_table(first_log2);
    if (first == nullptr || !nodes.reserve(0) || !leaves.reserve(0) || !counters::reserve(0)) return false;
    table.store(first, std::memory_order_release);
    count_nodes(1);   // node 0, the empty stack
    count_stacks(1);  // stack 0, unknown
    return true;
}

void reset_lock() noexcept { lock.reset(); }

void forget_newer() noexcept {
    const uint32_t stacks = leaf_total.load(std::memory_order_relaxed);
    for (uint32_t number = 0; number < node_total.load(std::memory_order_relaxed); ++number) {
        std::atomic<uint32_t>& stack = nodes.at(number).stack;
        if (stack.load(std::memory_order_relaxed) >= stacks) stack.store(0, std::memory_order_relaxed);
    }
}

uint32_t add(uint32_t caller, uint64_t pc) noexcept {
    Hold hold(lock);
    if (!hold) return no_node;
    if (uint32_t known = find_locked(caller, pc); known != 0) return known;
    uint32_t number = node_total.load(std::memory_order_relaxed);
    if (number >= max_nodes || !nodes.reserve(number)) return no_node;
    const uint64_t slots = uint64_t{1} << table.load(std::memory_order_relaxed)->log2;
    if (number > slots / 4 * 3 && !grow()) return no_node;
    Node& node = nodes.at(number);
    node.pc = pc;
    node.caller = caller;
    count_nodes(number + 1);
    put(*table.load(std::memory_order_relaxed), number);
    return number;
}

uint32_t add_leaf(uint32_t number, uint32_t flags) noexcept {
    Node& node = nodes.at(number);
    Hold hold(lock);
    if (!hold) return 0;
    if (uint32_t known = node.stack.load(std::memory_order_relaxed); known != 0) return known;
    uint32_t stack = leaf_total.load(std::memory_order_relaxed);
    if (stack > blocks::max_stack || !leaves.reserve(stack) || !counters::reserve(stack)) return 0;
    leaves.at(stack) = number | flags << flag_shift;
    count_stacks(stack + 1);
    node.stack.store(stack, std::memory_order_release);
    return stack;
}

uint32_t stack_total() noexcept { return leaf_total.load(std::memory_order_acquire); }

uint32_t node_of(uint32_t stack) noexcept { return leaves.at(stack) & ((1u << flag_shift) - 1); }

uint32_t flags_of(uint32_t stack) noexcept { return leaves.at(stack) >> flag_shift; }

}  // namespace prof::stacks

// SPDX-License-Identifier: MIT
//
// Call stacks as a tree of (frame, caller) nodes, each stored once. A stack that allocates gets a small number of its
// own, the index of its counters, so that counters stay dense whatever the tree looks like.
//
//   node:   pc (generation << 48 | return address) 8 | caller's node 4 | stack number 4     = 16 bytes
//   table:  hash of (pc, caller) -> node number, open addressing, at most three quarters full
//
// Side:    agent, floor 2 (record).
// Threads: finding takes no lock; adding takes a bounded one.
// Memory:  append-only. A table that was outgrown stays mapped, as a reader may still be in it, but without its pages.
#pragma once

#include <atomic>
#include <cstdint>

#include "segments.h"

namespace prof::stacks {

struct Node {
    uint64_t pc;
    uint32_t caller;
    std::atomic<uint32_t> stack;  // 0: never a leaf
};
static_assert(sizeof(Node) == 16);

inline constexpr uint32_t empty_stack = 0;
inline constexpr uint32_t max_nodes = 1u << 30;
inline constexpr uint32_t no_node = 0xffffffff;

struct Table {
    uint32_t log2;
    std::atomic<uint32_t> slot[1];  // node number; 0: empty
};

extern Segments<Node, 12> nodes;
extern std::atomic<uint32_t> node_total;
extern std::atomic<Table*> table;
using Leaves = Segments<uint32_t, 10>;
inline constexpr size_t first_leaf_bytes = Leaves::first_bytes;

bool start() noexcept;
void reset_lock() noexcept;  // after a fork
// After a fork, when the nodes were the parent's too: what it has added since is not there.
void forget_newer() noexcept;

inline uint64_t hash_of(uint32_t caller, uint64_t pc) noexcept {
    return (pc ^ uint64_t{caller} * 0x9e3779b97f4a7c15) * 0xd6e8feb86659fd93;
}

uint32_t add(uint32_t caller, uint64_t pc) noexcept;

// A look at the table that lasts for one walk.
class Interner {
   public:
    Interner() noexcept { look(); }

    // The node of `pc` under `caller`, made when it is new. no_node: no memory.
    //
    // The nodes of a new stack are made one after the other, so that the first frame that a caller ever called comes
    // right behind it, mostly in the same cache line: looking there first saves the table's place and a far node.
    uint32_t operator()(uint32_t caller, uint64_t pc) noexcept {
        if (const uint32_t next = caller + 1; next < total_) {
            const Node& node = nodes.at(next);
            if (node.caller == caller && node.pc == pc) return next;
        }
        for (uint64_t at = hash_of(caller, pc) >> shift_;; at = (at + 1) & ~uint64_t{0} >> shift_) {
            const uint32_t number = slots_[at].load(std::memory_order_acquire);
            if (number == 0) [[unlikely]]  // it comes to one: the table is never full
                break;
            const Node& node = nodes.at(number);
            if (node.pc == pc && node.caller == caller) [[likely]]
                return number;
        }
        const uint32_t added = add(caller, pc);
        look();
        return added;
    }

   private:
    void look() noexcept {
        const Table* now = table.load(std::memory_order_acquire);
        slots_ = now->slot;
        shift_ = -now->log2 & 63;
        total_ = node_total.load(std::memory_order_acquire);
    }
    const std::atomic<uint32_t>* slots_;
    unsigned shift_;
    uint32_t total_;
};

inline uint32_t intern(uint32_t caller, uint64_t pc) noexcept { return Interner()(caller, pc); }

uint32_t add_leaf(uint32_t node, uint32_t flags) noexcept;

// The stack number of a leaf, made when it is new (with counters). `flags`: PROF_STACK_…. 0: no memory.
inline uint32_t leaf(uint32_t node, uint32_t flags) noexcept {
    uint32_t known = nodes.at(node).stack.load(std::memory_order_acquire);
    return known != 0 ? known : add_leaf(node, flags);
}

uint32_t stack_total() noexcept;  // stack 0, "unknown", included
uint32_t node_of(uint32_t stack) noexcept;
uint32_t flags_of(uint32_t stack) noexcept;

}  // namespace prof::stacks

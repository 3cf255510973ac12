// SPDX-License-Identifier: MIT
//
// The rule cache: from a return address to how its frame is undone, packed into 8 bytes.
//
// Nearly every frame at a call is one of three shapes; a rule says which, with two offsets. What does not fit (signal
// frames, expressions, a CFA in another register) is `slow`: the walk of that stack follows all registers instead.
//
//   rule:   generation 16 | CFA offset/8, signed 28 | saved rbp's offset/8, signed 16 | rbp saved 1 | shape 3
//   entry:  epoch << 48 | pc  8 | rule  8
//
// Side:    agent, floor 2 (record).
// Threads: lock-free. An entry is written while its key says "busy"; a reader looks at the key again after the rule.
// Memory:  open addressing; entries of an old epoch are used again; grows when all places of a probe are taken.
#pragma once

#include <atomic>
#include <cstdint>

#include "cfi.h"
#include "state.h"

namespace prof::rules {

enum Shape : uint64_t {
    no_rule,        // no description, or one that we do not understand: the walk ends, incomplete
    by_stack,       // CFA = rsp + offset
    by_frame,       // CFA = rbp + offset
    linked,         // CFA = *(rbp + offset): the stack was realigned; rbp is saved relative to rbp itself
    outermost,      // the outermost frame
    all_registers,  // follow all registers
};

using Rule = uint64_t;

// As no_rule, of code in a module, so that it can be remembered: 0 says that nothing is known. (What the linker or a
// program generates is in no module, and asked anew each time: a module may be loaded there.)
inline constexpr Rule known_none = 16;

inline Shape shape_of(Rule rule) noexcept { return static_cast<Shape>(rule & 7); }
inline bool saves_frame(Rule rule) noexcept { return (rule & 8) != 0; }
inline int64_t frame_offset(Rule rule) noexcept { return (static_cast<int64_t>(rule << 44) >> 48) * 8; }
inline int64_t cfa_offset(Rule rule) noexcept { return (static_cast<int64_t>(rule << 16) >> 36) * 8; }
inline uint64_t generation_bits(Rule rule) noexcept { return rule >> 48 << 48; }

struct Entry {
    std::atomic<uint64_t> key;
    std::atomic<Rule> rule;
};

struct Table {
    uint32_t log2;
    uint32_t era;  // upper bits of the epoch
    uint64_t unused;
    Entry entry[1];
};

extern std::atomic<Table*> table;
inline constexpr unsigned max_probes = 16;  // the table has as many entries more than its hash can name

bool start() noexcept;

inline uint64_t key_of(uint64_t pc) noexcept { return state().rule_epoch.load(std::memory_order_acquire) << 48 | pc; }
inline constexpr uint64_t hash_factor = 0x9e3779b97f4a7c15;
inline uint64_t place_of(uint64_t key, uint32_t log2) noexcept {
    return key * hash_factor >> (-log2 & 63);  // log2 is never 0
}

// A look at the cache that lasts for one walk.
class Reader {
   public:
    Reader() noexcept
        : entries_(table.load(std::memory_order_acquire)->entry),
          epoch_(state().rule_epoch.load(std::memory_order_acquire) << 48),
          shift_(-table.load(std::memory_order_acquire)->log2 & 63) {}

    // The rule of a return address; 0 when it is not in the cache.
    Rule operator[](uint64_t pc) const noexcept {
        const uint64_t key = epoch_ | pc;
        const Entry* entry = entries_ + (key * hash_factor >> shift_);
        for (unsigned i = 0; i < max_probes; ++i, ++entry) {
            uint64_t there = entry->key.load(std::memory_order_acquire);
            if (there == key) [[likely]] {
                Rule rule = entry->rule.load(std::memory_order_acquire);
                if (entry->key.load(std::memory_order_relaxed) == key) return rule;
            }
            if (there == 0) return 0;
        }
        return 0;
    }

   private:
    const Entry* entries_;
    uint64_t epoch_;
    unsigned shift_;
};

// Works the rule out and, where a module is, remembers it. `program` is working space.
Rule work_out(uint64_t pc, cfi::Program& program) noexcept;

}  // namespace prof::rules

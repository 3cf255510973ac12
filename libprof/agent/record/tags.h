// SPDX-License-Identifier: MIT
//
// Tags: which declared type a block is of, and in which domain it was allocated. A tag is a pseudo-frame, the innermost
// one of the block's stack (format.h), so that blocks and counters need no room for it.
//
//   tag:  domain << PROF_TAG_DOMAIN_SHIFT | type      the low 48 bits of the pseudo-frame; 0: neither
//
// What a thread's next allocation is tagged with stands in one word of thread-local storage, which the hot path reads.
// The type is for that one allocation, which takes it; the domain stays until the scope is left.
//
// Side:    agent, floor 2 (record).
// Threads: each function by the thread that it is about. Signals: as each says.
// Memory:  4 KiB for each thread that allocates with a tag, 2 KiB for each that enters a scope; both go to the next
//          thread of that slot.
#pragma once

#include <atomic>
#include <cstdint>

#include <prof/format.h>

#include "threads.h"

namespace prof {

// Tagged stacks that a thread has lately used: (stack, tag) -> tagged stack.
struct TagCache {
    static constexpr uint32_t most = 256;
    struct Known {
        uint64_t tag;
        uint32_t stack;
        uint32_t tagged;  // 0: nothing is here
    };
    Known known[most];
};

// Scopes that a thread is in, the innermost last.
struct Scopes {
    static constexpr uint32_t most = 255;
    struct Open {
        uint32_t number;  // which of all scopes of this slot it is
        uint32_t before;  // the domain around it
    };
    uint32_t depth;
    uint32_t last_number;
    Open open[most];
};

namespace tags {

inline constexpr uint64_t type_mask = PROF_TAG_TYPE_MASK;

inline uint32_t domain_in(uint64_t tag) noexcept { return static_cast<uint32_t>(tag >> PROF_TAG_DOMAIN_SHIFT); }
inline bool is_tag(uint64_t pc) noexcept { return pc >> 48 == PROF_GENERATION_TAG; }

// ---- For the recorder, inside an event -----------------------------------------------------------------------------

// `stack` with this thread's tag, which is not 0; the type is used up.
uint32_t take(Thread& thread, uint32_t stack) noexcept;

// An allocation that is not recorded uses the type up, too. Outside of an event: not one of a handler that interrupted
// the recorder.
inline void use_up() noexcept { threads::local.tag &= ~type_mask; }
void use_up_outside() noexcept;

extern std::atomic<bool> any;  // a stack was ever tagged

// Meanwhile the thread's tag is the one that a block keeps: its domain, and its type unless another was named for the
// next allocation. `first`: the block's entry in the table; 0: there was none, and nothing is kept.
class Kept {
   public:
    explicit Kept(uint64_t first) noexcept {
        if (first != 0 && (any.load(std::memory_order_relaxed) || threads::local.tag != 0)) [[unlikely]]
            begin(first);
    }
    ~Kept() {
        if (is_kept_) [[unlikely]]
            end();
    }
    Kept(const Kept&) = delete;
    Kept& operator=(const Kept&) = delete;

   private:
    void begin(uint64_t first) noexcept;
    void end() const noexcept;

    bool is_kept_ = false;
    uint32_t domain_ = 0;
};

// ---- What the program says -----------------------------------------------------------------------------------------

// The type of this thread's next allocation; 0: none. Async-signal-safe: in a handler that interrupted the recorder
// nothing is said, and that is counted.
void next(uint32_t type) noexcept;

// The block that begins at `address` is of that type. False, counted: none does, or there is no such type.
bool retype(uintptr_t address, uint32_t type) noexcept;

// Enters a domain; the token leaves it, and what was entered since. 0, which leaves nothing: the name says nothing, or
// more scopes are open than we keep. Async-signal-safe, when a handler leaves what it entered.
uint64_t enter(const char* name) noexcept;
// A token that was used before, or is another thread's: nothing, counted.
void leave(uint64_t token) noexcept;

}  // namespace tags
}  // namespace prof

// SPDX-License-Identifier: MIT
//
// Domains: see domains.h.
//
// Side:    agent, floor 2 (record).
#include "domains.h"

#include <cstring>

#include "base/lock.h"
#include "event.h"
#include "numbers.h"
#include "segments.h"
#include "tables.h"
#include "texts.h"

namespace prof::domains {
namespace {

constinit Lock lock;
constinit Segments<Domain, 6> rows{};
constinit std::atomic<uint32_t> total{1};  // row 0 is nobody's
constinit Numbers<most> numbers{};
constinit Texts texts{};

struct Wanted {
    uint32_t parent;
    const char* name;
    size_t name_bytes;
    uint64_t hash;
};

bool is_named(uint32_t number, const Wanted& wanted) noexcept {
    const Domain& there = rows.at(number);
    return there.name_bytes == wanted.name_bytes && std::memcmp(there.name, wanted.name, wanted.name_bytes) == 0;
}

uint32_t find(const Wanted& wanted) noexcept {
    if (wanted.parent != none && is_named(wanted.parent, wanted)) return wanted.parent;
    return numbers.find(wanted.hash, [&](uint32_t number) {
        return rows.at(number).parent == wanted.parent && is_named(number, wanted);
    });
}

uint32_t depth_of(uint32_t number) noexcept { return number == none ? 0 : rows.at(number).depth; }

// 0: no memory.
uint32_t add(const Wanted& wanted) noexcept {
    Hold hold(lock);
    if (!hold) return none;
    if (const uint32_t known = find(wanted); known != none) return known;
    const uint32_t number = total.load(std::memory_order_relaxed);
    if (number >= most || !numbers.reserve() || !rows.reserve(number)) return none;
    const char* const name = texts.keep(wanted.name, wanted.name_bytes);
    if (name == nullptr) return none;
    rows.at(number) = {
        .name = name, .name_bytes = wanted.name_bytes, .parent = wanted.parent, .depth = depth_of(wanted.parent) + 1};
    total.store(number + 1, std::memory_order_release);
    numbers.add(wanted.hash, number);
    return number;
}

bool is_full(uint32_t parent) noexcept {
    return total.load(std::memory_order_relaxed) >= most || depth_of(parent) >= most_deep;
}

// A new one, or the one around it.
[[gnu::noinline]] uint32_t add_or_stay(const Wanted& wanted) noexcept {
    if (is_full(wanted.parent)) return tables::lose(PROF_LOSS_TABLE_FULL), wanted.parent;
    Thread* thread = event::begin();
    if (thread == nullptr) return wanted.parent;
    const uint32_t made = add(wanted);
    event::end(*thread);
    if (made == none) tables::lose(PROF_LOSS_NO_MEMORY);
    return made == none ? wanted.parent : made;
}

}  // namespace

uint32_t inside(uint32_t parent, const char* name) noexcept {
    const size_t bytes = strnlen(name, most_name_bytes);
    const Wanted wanted{
        .parent = parent, .name = name, .name_bytes = bytes, .hash = hash_bytes(name, bytes, uint64_t{parent} << 32)};
    const uint32_t known = find(wanted);
    return known != none ? known : add_or_stay(wanted);
}

bool is_named(uint32_t number, const char* name) noexcept {
    return number != none &&
           is_named(number, {.parent = none, .name = name, .name_bytes = strnlen(name, most_name_bytes), .hash = 0});
}

uint32_t count() noexcept { return total.load(std::memory_order_acquire); }

const Domain& domain(uint32_t number) noexcept { return rows.at(number); }

void reset_lock() noexcept { lock.reset(); }

}  // namespace prof::domains

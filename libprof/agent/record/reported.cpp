// SPDX-License-Identifier: MIT
//
// Reports of the program about its own blocks: see reported.h.
//
// Side: agent, floor 2 (record).
//
// The one costly question is in which block of malloc a reported one lies: malloc's table is by start, and the start
// may be far back. Each thread remembers the last answer, and an arena hands out of one block for a while. That there
// is none is remembered until the next tick only, since malloc may have been given that memory meanwhile.
#include "reported.h"

#include "blocks.h"
#include "event.h"
#include "pools.h"
#include "sampler.h"
#include "state.h"
#include "tables.h"
#include "tags.h"
#include "watches.h"

namespace prof::reported {
namespace {

using blocks::Record;
using pools::Reported;

constexpr uintptr_t address_end = uintptr_t{1} << blocks::Coarse::address_log2;
constexpr uintptr_t looked_back = uintptr_t{65535} << blocks::Coarse::leaf_log2;  // by blocks::last_before()

uint32_t tick() noexcept { return state().tick.load(std::memory_order_relaxed); }

// ---- The block around ----------------------------------------------------------------------------------------------

bool holds(const Around& known, uintptr_t address) noexcept {
    if (address < known.start || address >= known.end) return false;
    if (known.first == 0) return known.tick == tick();
    uintptr_t start = 0;
    uint64_t first = 0;
    Record record;
    return blocks::last_before(known.start, known.start, start, first, record) && first == known.first &&
           start + record.size_bytes == known.end;
}

// The block of malloc in which an address lies, or around it where none does.
const Around& around(Thread& thread, uintptr_t address) noexcept {
    Around& known = thread.around;
    if (holds(known, address)) return known;
    const bool goes_on = known.first == 0 && known.tick == tick() && address >= known.end;
    const uintptr_t lowest = goes_on ? known.end : 0;
    uintptr_t start = 0;
    uint64_t first = 0;
    Record record;
    const bool found = blocks::last_before(address, lowest, start, first, record);
    if (found && start + record.size_bytes > address) {
        known = {.start = start, .end = start + record.size_bytes, .first = first, .tick = 0};
    } else {
        uintptr_t from = goes_on ? known.start : address > looked_back ? address - looked_back : 0;
        if (found) from = start + record.size_bytes;
        known = {.start = from < address ? from : address, .end = address + 1, .first = 0, .tick = tick()};
    }
    return known;
}

// ---- Ends ----------------------------------------------------------------------------------------------------------

void count_end(Thread& thread, const Reported& one) noexcept {
    const bool temporary = thread.last_block == one.address;
    if (temporary) thread.last_block = 0;
    event::count_freed(thread, one.record.stack, one.record.birth, one.record.size_bytes, temporary);
}

void give_bytes_back(Thread& thread, const Reported& one) noexcept {
    if (!one.is_inside) return;
    const Around& block = around(thread, one.address);
    if (block.first != 0)
        event::count_shift(thread, blocks::stack_of(block.first), static_cast<int64_t>(one.record.size_bytes));
}

// Nobody said that they were freed, but something else is there.
void end_overlapped(Thread& thread, uintptr_t start, uintptr_t end) noexcept {
    const auto end_one = [&](const Reported& one) {
        if (!pools::remove(one) || one.is_freed) return;
        tables::lose(PROF_LOSS_IMPLICIT_FREE);
        count_end(thread, one);
        give_bytes_back(thread, one);
    };
    Reported one;
    if (pools::before(start, one) && one.end() > start) end_one(one);
    for (uintptr_t from = start; pools::next(from, end, one); from = one.address + 1) end_one(one);
}

void put(Thread& thread, uintptr_t address, uint64_t bytes, const recorder::Caller& caller) noexcept {
    if (address >= address_end || bytes > address_end - address) return tables::lose(PROF_LOSS_REPORTS);
    const Around block = around(thread, address);
    const bool is_inside = block.first != 0;
    if (is_inside && (address + bytes > block.end || block.end - block.start < blocks::large_bytes))
        return tables::lose(PROF_LOSS_REPORTS);
    if (pools::any()) end_overlapped(thread, address, address + bytes);
    const uint32_t stack = event::stack_of(thread, caller);
    const Reported one{.address = address,
                       .record = {.size_bytes = bytes, .stack = stack, .birth = tick(), .thread = thread.slot},
                       .is_inside = is_inside,
                       .is_freed = false};
    if (!pools::put(one)) return tables::lose(PROF_LOSS_REPORTS);
    thread.last_block = address;
    if (is_inside) event::count_shift(thread, blocks::stack_of(block.first), -static_cast<int64_t>(bytes));
    event::count_allocated(thread, stack, bytes);
}

void free_one(Thread& thread, const Reported& one) noexcept {
    if (one.is_freed || !pools::give_back(one)) return;
    count_end(thread, one);
    give_bytes_back(thread, one);
}

}  // namespace

// ---- The contract --------------------------------------------------------------------------------------------------

void allocated(void* block, size_t bytes, const recorder::Caller& caller) noexcept {
    if (block == nullptr || bytes == 0) return;
    Thread* thread = event::begin();
    if (thread == nullptr) return;
    if (!event::is_stopped() && !sampler::is_on()) put(*thread, reinterpret_cast<uintptr_t>(block), bytes, caller);
    tags::use_up();
    event::end(*thread);
}

void freed(void* block) noexcept {
    if (block == nullptr) return;
    if (watches::any())
        watches::tell_handed_out(reinterpret_cast<uintptr_t>(block), reinterpret_cast<uintptr_t>(block) + 1);
    Thread* thread = event::begin();
    if (thread == nullptr) return;
    Reported one;
    if (pools::find(reinterpret_cast<uintptr_t>(block), one) && !one.is_freed)
        free_one(*thread, one);
    else if (!sampler::is_on())
        tables::lose(PROF_LOSS_UNKNOWN_FREE);
    event::end(*thread);
}

void freed_in(void* start, size_t bytes) noexcept {
    const auto from = reinterpret_cast<uintptr_t>(start);
    if (from >= address_end || !pools::any()) return;
    const uintptr_t end = bytes < address_end - from ? from + bytes : address_end;
    if (watches::any()) watches::tell_handed_out(from, end);
    Thread* thread = event::begin();
    if (thread == nullptr) return;
    Reported one;
    for (uintptr_t at = from; pools::next(at, end, one); at = one.address + 1) free_one(*thread, one);
    event::end(*thread);
}

void end_inside(uintptr_t address, uint64_t bytes, uint32_t stack) noexcept {
    Thread* const thread = threads::local.thread;
    if (thread == nullptr) return;  // nobody is inside: a test of the table alone
    Reported one;
    for (uintptr_t at = address; pools::next(at, address + bytes, one); at = one.address + 1) {
        if (!pools::remove(one) || one.is_freed) continue;
        count_end(*thread, one);
        if (one.is_inside)
            event::count_shift(*thread, stack, static_cast<int64_t>(one.record.size_bytes));
        else
            tables::lose(PROF_LOSS_IMPLICIT_FREE);  // the program's own mapping was here, and malloc has it now
    }
}

}  // namespace prof::reported

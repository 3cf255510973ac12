// SPDX-License-Identifier: MIT
//
// The hot path on one screen: an allocation and a free, from the hook to the tables and back.
//
// Side:    agent, floor 2 (record). Contract in recorder.h.
//
//   enter -> capture the stack -> put the block in -> count -> leave
//   enter -> take the block out -> count -> leave
//
// Everything that is not this, first events of a thread, forks, requests, the clock, is behind one unlikely branch.
#include "recorder.h"

#include "base/lock.h"
#include "blocks.h"
#include "child.h"
#include "counters.h"
#include "domains.h"
#include "event.h"
#include "modules.h"
#include "pools.h"
#include "reported.h"
#include "rules.h"
#include "sampled.h"
#include "sampler.h"
#include "shared.h"
#include "stacks.h"
#include "state.h"
#include "tables.h"
#include "tags.h"
#include "threads.h"
#include "timeline.h"
#include "types.h"
#include "walk.h"
#include "watches.h"

namespace prof::recorder {
namespace {

constexpr uint32_t events_per_look = 64;
constexpr size_t large_bytes = 64 << 10;  // a program may allocate a few of these and then no more: each is looked at

Service service = nullptr;
Forked forked = nullptr;

// ---- In and out ----------------------------------------------------------------------------------------------------

// The state page is zero: this process is a fork. Only the forking thread is here, and it was not inside.
// False: it cannot have tables of its own.
[[gnu::noinline]] bool wake_after_fork(Thread& survivor) noexcept {
    restore_state();
    stacks::reset_lock();
    modules::reset_lock();
    timeline::reset_lock();
    types::reset_lock();
    domains::reset_lock();
    watches::reset_lock();
    if (sampler::is_on()) sampler::forked(survivor);
    const bool has_begun = child::begin(survivor);
    if (!has_begun) stop_for_good();
    if (forked != nullptr) forked(has_begun);
    return has_begun;
}

[[gnu::always_inline]] inline uintptr_t stack_pointer() noexcept {
    uintptr_t value;
    asm volatile("movq %%rsp, %0" : "=r"(value));
    return value;
}

// What lies at least between code that a signal interrupts and its handler on the same stack: the red zone, siginfo_t
// and ucontext_t. Two entries of ours from one place in the program lie closer together.
constexpr uintptr_t signal_frame_bytes = 512;

// Whether this thread is still inside. A handler that interrupted us runs further in on the same stack; whoever comes
// from as far out shows that a handler has jumped away over us (siglongjmp), and that nobody will leave any more.
bool is_still_inside(const Thread& thread) noexcept {
    uintptr_t entered = thread.inside.load(std::memory_order_relaxed), here = stack_pointer();
    auto is_native = [&](uintptr_t at) { return at >= thread.stack_low && at < thread.stack_high; };
    return entered != 0 && !(is_native(entered) && is_native(here) && here + signal_frame_bytes > entered);
}

[[gnu::noinline]] Thread* enter_slowly() noexcept {
    if (shadow.mode.load(std::memory_order_relaxed) == 0) return nullptr;  // not started
    Thread* thread = threads::local.thread;
    if (thread == nullptr) {
        if (threads::local.starting != 0) return tables::lose(PROF_LOSS_REENTRANT), nullptr;
        thread = threads::enroll();
        if (thread == nullptr) return tables::lose(PROF_LOSS_THREAD_SLOTS), nullptr;
    }
    if (is_still_inside(*thread)) return tables::lose(PROF_LOSS_REENTRANT), nullptr;
    thread->inside.store(stack_pointer(), std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (state().mode.load(std::memory_order_relaxed) == 0 && !wake_after_fork(*thread)) {
        thread->inside.store(0, std::memory_order_relaxed);
        return nullptr;
    }
    thread->countdown = 1;  // look around on the way out
    return thread;
}

// The same where nothing is out of the ordinary: it records, nobody waits, no stop; null where something may be.
[[gnu::always_inline]] inline Thread* enter_quickly() noexcept {
    Thread* thread = threads::local.thread;
    if (thread == nullptr || state().mode.load(std::memory_order_relaxed) != mode_started ||
        thread->inside.load(std::memory_order_relaxed) != 0) [[unlikely]]
        return nullptr;
    thread->inside.store(stack_pointer(), std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    return thread;
}

// This thread's Thread, marked as inside; null when nothing is to be recorded.
[[gnu::always_inline]] inline Thread* enter() noexcept {
    Thread* thread = enter_quickly();
    return thread != nullptr ? thread : enter_slowly();
}

// Every 64 events, and at once when somebody asked: the clock, and the floors above.
[[gnu::noinline]] void look_around(Thread& thread) noexcept {
    thread.countdown = events_per_look;
    timeline::advance();
    if (shared::is_reserved() && !child::look(thread)) [[unlikely]] {
        stop_for_good();
        if (forked != nullptr) forked(false);
    }
    // Only when it is set: everybody reads this cache line at each event.
    if ((state().mode.load(std::memory_order_relaxed) & mode_request) != 0)
        state().mode.fetch_and(~uint32_t{mode_request}, std::memory_order_acq_rel);
    thread.inside.store(0, std::memory_order_release);
    if (service != nullptr) service();
}

[[gnu::always_inline]] inline void leave(Thread& thread) noexcept {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (--thread.countdown == 0) [[unlikely]]
        return look_around(thread);
    thread.inside.store(0, std::memory_order_release);
}

// ---- Counting ------------------------------------------------------------------------------------------------------

// The counters of this thread, or null while the process has one thread and counts directly.
//
// No update is lost when there come to be two: libc lowers its word in the first thread before it makes the second, so
// that whatever the first one counts from then on goes into its cache, and what it counted before was done before the
// second one began.
[[gnu::always_inline]] inline counters::Cache* cache_of(Thread& thread) noexcept {
    if (state().threaded.load(std::memory_order_relaxed) == 0) [[likely]] {
        if (threads::is_alone_for_libc()) [[likely]]
            return nullptr;
        state().threaded.store(1, std::memory_order_relaxed);
        thread.countdown = 1;  // a forked child moves its tables before there is a second thread
    }
    if (thread.cache == nullptr) [[unlikely]]
        thread.cache = threads::make_cache();
    return thread.cache;
}

[[gnu::always_inline]] inline void count_allocated(Thread& thread, uint32_t stack, uint64_t bytes) noexcept {
    counters::Cache* cache = cache_of(thread);
    if (cache == nullptr) return counters::allocated_alone(stack, bytes);
    counters::allocated_shared(*cache, stack, bytes);
}

[[gnu::always_inline]] inline void count_freed(Thread& thread, uint32_t stack, uint32_t birth, uint64_t bytes,
                                               bool temporary) noexcept {
    unsigned bucket = timeline::bucket_since(birth);
    counters::Cache* cache = cache_of(thread);
    if (cache == nullptr) return counters::freed_alone(stack, bytes, temporary, bucket);
    counters::freed_shared(*cache, stack, bytes, temporary, bucket);
}

// By value, so that the record stays in registers where it is not called.
[[gnu::noinline]] bool insert_slowly(Thread& thread, uintptr_t address, size_t size, uint32_t stack) noexcept {
    const blocks::Record record{.size_bytes = size,
                                .stack = stack,
                                .birth = state().tick.load(std::memory_order_relaxed),
                                .thread = thread.slot};
    blocks::Displaced displaced;
    bool done = blocks::insert_slow(address, record, displaced);
    for (uint32_t i = 0; i < displaced.count; ++i) {
        const blocks::Record& gone = displaced.record[i];
        tables::lose(PROF_LOSS_IMPLICIT_FREE);
        if (pools::any()) reported::end_inside(displaced.address[i], gone.size_bytes, gone.stack);
        count_freed(thread, gone.stack, gone.birth, gone.size_bytes, false);
    }
    if (!done) tables::lose(PROF_LOSS_NO_MEMORY);
    return done;
}

[[gnu::always_inline]] inline void put(Thread& thread, void* block, size_t size, const Caller& caller) noexcept {
    if (is_loader(caller.return_address)) [[unlikely]]
        modules::check_unloads();
    auto address = reinterpret_cast<uintptr_t>(block);
    uint32_t stack = walk::capture(thread, caller);
    if (threads::local.tag != 0) [[unlikely]]
        stack = tags::take(thread, stack);
    blocks::Record record{.size_bytes = size,
                          .stack = stack,
                          .birth = state().tick.load(std::memory_order_relaxed),
                          .thread = thread.slot};
    thread.last_block = address;
    if (!blocks::insert_fast(address, record)) [[unlikely]]
        if (!insert_slowly(thread, address, size, stack)) return;
    count_allocated(thread, stack, size);
    if (size >= large_bytes) [[unlikely]]
        thread.countdown = 1;
}

[[gnu::noinline]] void note_unknown(const Thread& thread, uintptr_t address) noexcept {
    if (thread.freed_above != address) tables::lose(PROF_LOSS_UNKNOWN_FREE);
}

[[gnu::always_inline]] inline blocks::Taken take(Thread& thread, void* block) noexcept {
    auto address = reinterpret_cast<uintptr_t>(block);
    blocks::Taken taken = blocks::take(address);
    if (taken.first == 0) [[unlikely]]
        return note_unknown(thread, address), taken;
    bool temporary = thread.last_block == address;
    if (temporary) thread.last_block = 0;
    count_freed(thread, blocks::stack_of(taken.first), blocks::birth_of(taken.first), taken.size_bytes, temporary);
    return taken;
}

// An allocation that nobody entered for: because nothing has been started yet, or because enter() counted why. What the
// agent's own start asks for is none of the program's.
[[gnu::noinline]] void count_early() noexcept {
    tags::use_up_outside();
    if (shadow.mode.load(std::memory_order_relaxed) == 0 && threads::local.starting == 0)
        tables::lose(PROF_LOSS_EARLY_BLOCKS);
}

bool is_stopped() noexcept { return (state().mode.load(std::memory_order_relaxed) & mode_stopped) != 0; }

// Before the record goes: who is told may ask for the block's stack.
[[gnu::always_inline]] inline void tell_watches(void* block) noexcept {
    if (watches::any()) [[unlikely]]
        watches::tell(reinterpret_cast<uintptr_t>(block));
}

}  // namespace

// ---- The contract --------------------------------------------------------------------------------------------------

bool start(const char* shared_memory) noexcept {
    tables::share(shared_memory);
    threads::start();
    if (!start_state() || !stacks::start() || !rules::start() || !timeline::start() || !modules::start()) return false;
    shadow.mode.store(mode_started);
    state().mode.store(mode_started, std::memory_order_release);
    return true;
}

bool is_recording() noexcept { return shadow.mode.load(std::memory_order_relaxed) == mode_started; }

void set_recording(bool on) noexcept {
    if (shadow.mode.load() == 0) return;
    shadow.mode.store(on ? mode_started : mode_started | mode_stopped);
    if (on)
        state().mode.fetch_and(~uint32_t{mode_stopped});
    else
        state().mode.fetch_or(mode_stopped);
}

void stop_for_good() noexcept {
    shadow.mode.store(0, std::memory_order_relaxed);
    state().mode.store(0, std::memory_order_relaxed);
}

[[gnu::noinline]] static void allocated_slowly(void* block, size_t size, const Caller& caller) noexcept {
    if (block == nullptr) return tags::use_up_outside();
    Thread* thread = enter_slowly();
    if (thread == nullptr) return count_early();
    if (!is_stopped())
        put(*thread, block, size, caller);
    else
        tags::use_up();
    leave(*thread);
}

void allocated(void* block, size_t size, const Caller& caller) noexcept {
    Thread* thread = block != nullptr ? enter_quickly() : nullptr;
    if (thread == nullptr) [[unlikely]]
        return allocated_slowly(block, size, caller);
    put(*thread, block, size, caller);
    leave(*thread);
}

void allocated_unless_recorded(void* block, size_t size, const Caller& caller) noexcept {
    if (sampler::is_on()) [[unlikely]]
        return sampled::allocated_above(block, size, caller);
    const Thread* thread = threads::local.thread;
    const auto address = reinterpret_cast<uintptr_t>(block);
    // Another thread may have freed it, and the allocator given it to this one again.
    blocks::Record there;
    if (thread != nullptr && thread->last_block == address && blocks::find(address, there)) return;
    allocated(block, size, caller);
}

void freed(void* block) noexcept {
    if (block == nullptr) return;
    tell_watches(block);
    if (sampler::is_on()) [[unlikely]]
        return sampled::freed(block);
    Thread* thread = enter();
    if (thread == nullptr) return;
    take(*thread, block);
    leave(*thread);
}

void freed_above(void* block) noexcept {
    if (block == nullptr) return;
    tell_watches(block);
    if (sampler::is_on()) [[unlikely]]
        return sampled::freed(block);
    Thread* thread = enter();
    if (thread == nullptr) return;
    take(*thread, block);
    thread->freed_above = reinterpret_cast<uintptr_t>(block);
    leave(*thread);
}

InFlight reallocating(void* block) noexcept {
    InFlight old{};
    if (block == nullptr) return old;
    const uint32_t watches = watches::any() ? watches::take(reinterpret_cast<uintptr_t>(block)) : 0;
    if (sampler::is_on()) [[unlikely]]
        old = sampled::reallocating(block);
    old.watches = watches;
    if (sampler::is_on()) return old;
    Thread* thread = enter();
    if (thread == nullptr) return old;
    blocks::Taken taken = take(*thread, block);
    if (taken.first != 0) {
        old.block = block;
        old.size_bytes = taken.size_bytes;
        old.entry = taken.first;
        thread->in_flight_bytes = old.size_bytes;
        thread->in_flight_entry = old.entry;
        thread->in_flight = block;
    }
    leave(*thread);
    return old;
}

void reallocated(const InFlight& old, void* block, size_t size, const Caller& caller) noexcept {
    if (sampler::is_on()) [[unlikely]] {
        sampled::reallocated(old, block, size, caller);
    } else if (Thread* thread = enter()) {
        if (block != nullptr && !is_stopped()) {
            const tags::Kept tag(old.entry);
            put(*thread, block, size, caller);
        }
        tags::use_up();
        if (old.block != nullptr) thread->in_flight = nullptr;
        leave(*thread);
    }
    if (old.watches != 0) watches::settle(old.watches, reinterpret_cast<uintptr_t>(block));
}

void not_reallocated(const InFlight& old) noexcept {
    if (old.watches != 0) watches::put_back(old.watches);
    if (sampler::is_on()) return sampled::not_reallocated(old);
    if (old.block == nullptr) return;
    Thread* thread = enter();
    if (thread == nullptr) return;
    if (blocks::restore(reinterpret_cast<uintptr_t>(old.block), old.entry, old.size_bytes))
        count_allocated(*thread, blocks::stack_of(old.entry), old.size_bytes);
    tags::use_up();
    thread->in_flight = nullptr;
    leave(*thread);
}

void set_service(Service wanted) noexcept { service = wanted; }

void request_service() noexcept { state().mode.fetch_or(mode_request, std::memory_order_acq_rel); }

bool is_inside() noexcept {
    const Thread* thread = threads::local.thread;
    return threads::local.starting != 0 || (thread != nullptr && thread->inside.load(std::memory_order_relaxed) != 0);
}

bool is_between() noexcept {
    const Thread* thread = threads::local.thread;
    return is_inside() || (thread != nullptr && thread->in_flight != nullptr);
}

void look_soon() noexcept {
    if (Thread* thread = threads::local.thread) thread->countdown = 1;
}

bool undo_calls(const Caller& caller, uintptr_t function, uint64_t (&registers)[register_count]) noexcept {
    Thread* thread = enter();
    if (thread == nullptr) return false;
    const bool known = walk::undo_calls(*thread, caller, function, registers);
    leave(*thread);
    return known;
}

void modules_changed() noexcept { modules::check_unloads(); }

void set_forked(Forked wanted) noexcept { forked = wanted; }

}  // namespace prof::recorder

// ---- For those who are not on the hot path -------------------------------------------------------------------------

namespace prof::event {

Thread* begin() noexcept {
    Thread* thread = recorder::enter();
    if (thread == nullptr) recorder::count_early();
    return thread;
}

void end(Thread& thread) noexcept { recorder::leave(thread); }

bool is_stopped() noexcept { return recorder::is_stopped(); }

uint32_t stack_of(Thread& thread, const recorder::Caller& caller) noexcept {
    const uint32_t stack = walk::capture(thread, caller);
    return threads::local.tag != 0 ? tags::take(thread, stack) : stack;
}

void count_allocated(Thread& thread, uint32_t stack, uint64_t bytes) noexcept {
    recorder::count_allocated(thread, stack, bytes);
}

void count_freed(Thread& thread, uint32_t stack, uint32_t birth, uint64_t bytes, bool temporary) noexcept {
    recorder::count_freed(thread, stack, birth, bytes, temporary);
}

void count_shift(Thread& thread, uint32_t stack, int64_t bytes) noexcept {
    counters::Cache* cache = recorder::cache_of(thread);
    if (cache == nullptr) return counters::shift_alone(stack, bytes);
    counters::shift_shared(*cache, stack, bytes);
}

void count_moved(Thread& thread, uint32_t from, uint32_t to, uint64_t bytes) noexcept {
    counters::Cache* cache = recorder::cache_of(thread);
    if (cache == nullptr) return counters::moved_alone(from, to, bytes);
    counters::moved_shared(*cache, from, to, bytes);
}

}  // namespace prof::event

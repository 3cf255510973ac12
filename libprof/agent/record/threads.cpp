// SPDX-License-Identifier: MIT
//
// Threads: see threads.h. Here: beginning, finding the native stack, reusing the slots of the dead.
//
// Side:    agent, floor 2 (record).
#include "threads.h"

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>

#include <cstring>

#include "base/arena.h"
#include "base/lock.h"
#include "base/next_symbol.h"
#include "base/syscalls.h"
#include "blocks.h"
#include "shared.h"
#include "stacks.h"
#include "state.h"
#include "tags.h"

namespace prof::threads {

thread_local constinit Local local{};

constexpr char always_alone = 1;
const char* alone_word = &always_alone;

namespace {

#ifdef PROF_TEST_FEW_THREADS
constexpr uint32_t max_slots = 12;
#else
constexpr uint32_t max_slots = blocks::max_thread;
#endif
constexpr uint32_t looks_at_once = 16;  // slots looked at for a dead owner when a thread begins
#ifdef PROF_TEST_FEW_PAST_THREADS
constexpr uint32_t max_past = 2;
#else
constexpr uint32_t max_past = 1u << 16;
#endif
constexpr uint32_t words_per_frame = 2;                       // a saved rbp and a link; or the last return address
constexpr uintptr_t least_main_stack = uintptr_t{128} << 20;  // the kernel keeps this gap free of mappings
constexpr uintptr_t most_main_stack = uintptr_t{1} << 30;

constinit Lock lock;
Thread* slots[max_slots + 1];
uint32_t slot_total = 1;  // slot 0 means "unknown"
uint32_t next_look = 1;
uint32_t abandoned_total = 0;  // slots that a forked child has of its parent's threads

struct Past {
    uint32_t tid, slot, first_tick, last_tick;
};
constinit Segments<Past, 6> past{};
uint32_t past_total = 0;

// ---- The native stack ----------------------------------------------------------------------------------------------

uintptr_t thread_pointer() noexcept {
    uintptr_t value;
    asm("mov %%fs:0, %0" : "=r"(value));
    return value;
}

// Reads "start-end " lines of /proc/self/maps, whatever the size of a line.
class MapsReader {
   public:
    MapsReader() noexcept : fd_(sys::open("/proc/self/maps", O_RDONLY)) {}
    ~MapsReader() {
        if (fd_ >= 0) sys::close(fd_);
    }
    MapsReader(const MapsReader&) = delete;
    MapsReader& operator=(const MapsReader&) = delete;

    bool next(uintptr_t& start, uintptr_t& end) noexcept {
        if (!number('-', start) || !number(' ', end)) return false;
        for (int c = get(); c != '\n'; c = get())
            if (c < 0) return false;
        return true;
    }

   private:
    int get() noexcept {
        if (at_ == filled_) {
            filled_ = fd_ < 0 ? 0 : sys::read(fd_, buffer_, sizeof(buffer_));
            at_ = 0;
            if (filled_ <= 0) return filled_ = 0, -1;
        }
        return static_cast<unsigned char>(buffer_[at_++]);
    }
    bool number(int stop, uintptr_t& value) noexcept {
        value = 0;
        for (int c = get(); c != stop; c = get()) {
            if (c < 0) return false;
            value = value * 16 + static_cast<uintptr_t>(c <= '9' ? c - '0' : c - 'a' + 10);
        }
        return true;
    }
    int fd_;
    long at_ = 0, filled_ = 0;
    char buffer_[512];
};

uintptr_t main_stack_reach() noexcept {
    struct {
        uint64_t soft, hard;
    } limit{};
    sys::call(__NR_prlimit64, 0, RLIMIT_STACK, 0, reinterpret_cast<long>(&limit));
    if (limit.soft < least_main_stack) return least_main_stack;
    return limit.soft < most_main_stack ? limit.soft : most_main_stack;
}

void find_stack(Thread& thread) noexcept {
    auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
    bool is_main = thread.tid == state().pid;
    uintptr_t start = 0, end = 0;
    MapsReader maps;
    while (maps.next(start, end)) {
        if (here < start || here >= end) continue;
        uintptr_t self = thread_pointer();
        if (is_main) start = end - main_stack_reach();
        if (!is_main && self > here && self < end) end = self;
        thread.stack_low = start;
        thread.stack_high = end & ~uintptr_t{7};
        return;
    }
}

// ---- Memory of a thread --------------------------------------------------------------------------------------------

bool make_frames(Thread& thread, uint32_t capacity) noexcept {
    size_t word_count = size_t{capacity} * words_per_frame;
    auto* frames = static_cast<Frame*>(arena::take((size_t{capacity} + 1) * sizeof(Frame)));
    auto* words = static_cast<Word*>(arena::take(word_count * sizeof(Word)));
    auto* fresh = static_cast<Fresh*>(arena::take(size_t{capacity} * sizeof(Fresh)));
    if (frames == nullptr || words == nullptr || fresh == nullptr) return false;
    frames[0] = {.pc = 0, .stack_pointer = ~uint64_t{0}, .frame_pointer = 0, .node = stacks::empty_stack, .packed = 0};
    if (Memo& memo = thread.memo; memo.capacity != 0) {
        std::memcpy(frames, memo.frames, (size_t{memo.capacity} + 1) * sizeof(Frame));
        std::memcpy(words, memo.words, size_t{memo.capacity} * words_per_frame * sizeof(Word));
        std::memcpy(fresh, thread.fresh, size_t{memo.capacity} * sizeof(Fresh));
    }
    thread.memo.frames = frames;
    thread.memo.words = words;
    thread.memo.capacity = capacity;
    thread.fresh = fresh;
    return true;
}

Thread* make_thread() noexcept {
    auto* made = static_cast<Thread*>(arena::take(sizeof(Thread)));
    if (made == nullptr) return nullptr;
    made->program = static_cast<cfi::Program*>(arena::take(sizeof(cfi::Program)));
    made->paths = static_cast<Paths*>(arena::take(sizeof(Paths)));
    return made->program != nullptr && made->paths != nullptr && make_frames(*made, first_frames) ? made : nullptr;
}

// ---- Slots ---------------------------------------------------------------------------------------------------------

bool is_gone(const Thread& thread, uint32_t new_tid) noexcept {
    if (thread.abandoned || thread.tid == new_tid) return true;
    return sys::call(__NR_tgkill, state().pid, thread.tid, 0) == -ESRCH;
}

void remember_past(const Thread& thread) noexcept {
    if (past_total >= max_past || !past.reserve(past_total)) return tables::lose(PROF_LOSS_THREAD_HISTORY);
    past.at(past_total++) = {.tid = thread.tid,
                             .slot = thread.slot,
                             .first_tick = thread.first_tick,
                             .last_tick = state().tick.load(std::memory_order_relaxed)};
}

// A slot whose thread is gone, emptied, or null. Looks at a few slots only, at others the next time.
Thread* reuse(uint32_t new_tid) noexcept {
    for (uint32_t i = 0; i < looks_at_once && i + 1 < slot_total; ++i) {
        if (++next_look >= slot_total) next_look = 1;
        Thread& thread = *slots[next_look];
        if (!is_gone(thread, new_tid)) continue;
        thread.inside.load(std::memory_order_acquire);  // all that it did comes before what is done here
        if (thread.cache != nullptr) counters::hand_over(*thread.cache);
        remember_past(thread);
        thread.memo.depth = 0;
        thread.paths->forget();
        thread.last_block = thread.stack_low = thread.stack_high = thread.probed_low = thread.probed_high = 0;
        thread.in_flight = nullptr;
        if (thread.scopes != nullptr) thread.scopes->depth = 0;
        if (thread.abandoned) __atomic_fetch_sub(&abandoned_total, 1, __ATOMIC_RELAXED);
        thread.abandoned = false;
        thread.inside.store(0, std::memory_order_relaxed);
        return &thread;
    }
    return nullptr;
}

Thread* claim(uint32_t tid) noexcept {
    Hold hold(lock);
    if (!hold) return nullptr;
    Thread* thread = reuse(tid);
    if (thread == nullptr) {
        if (slot_total > max_slots) return nullptr;
        thread = make_thread();
        if (thread == nullptr) return nullptr;
        thread->slot = slot_total;
        slots[slot_total] = thread;
        __atomic_store_n(&slot_total, slot_total + 1, __ATOMIC_RELEASE);
    }
    if (living() > shared_page.threads) shared_page.threads = living();
    thread->tid = tid;
    thread->countdown = 1;
    thread->first_tick = state().tick.load(std::memory_order_relaxed);
    return thread;
}

}  // namespace

void start() noexcept {
    if (const void* found = any_symbol("__libc_single_threaded")) alone_word = static_cast<const char*>(found);
}

// libc has told the first thread before it made the second one (is_alone()). Where it has not, for a thread made with a
// raw clone or by a libc before 2.32, the first one may be counting at this moment as if it were alone.
void begin_sharing() noexcept {
    if (state().threaded.exchange(1) == 0 && is_alone_for_libc()) tables::lose(PROF_LOSS_COUNTER_UPDATES);
}

Thread* enroll() noexcept {
    if (local.starting != 0) return nullptr;
    local.starting = 1;
    Thread* thread = claim(static_cast<uint32_t>(sys::gettid()));
    if (thread != nullptr) {
        thread->memo.epoch = state().rule_epoch.load(std::memory_order_relaxed);
        thread->pointer = thread_pointer();
        find_stack(*thread);
        if (slot_total > 2) begin_sharing();
        local.thread = thread;
    }
    local.starting = 0;
    return thread;
}

bool grow(Thread& thread) noexcept {
    Memo& memo = thread.memo;
    if (memo.capacity >= max_frames) return false;
    uint32_t old_capacity = memo.capacity;
    Frame* frames = memo.frames;
    Word* words = memo.words;
    Fresh* fresh = thread.fresh;
    if (!make_frames(thread, old_capacity * 4)) return false;
    constexpr size_t own_mapping = size_t{256} << 10;  // the arena gives larger requests a mapping of their own
    size_t frame_bytes = (size_t{old_capacity} + 1) * sizeof(Frame), fresh_bytes = size_t{old_capacity} * sizeof(Fresh);
    size_t word_bytes = size_t{old_capacity} * words_per_frame * sizeof(Word);
    auto give_back = [](void* start, size_t bytes) {
        bytes = (bytes + 4095) & ~size_t{4095};
        if (bytes > own_mapping) arena::unmap(start, bytes);
    };
    give_back(frames, frame_bytes);
    give_back(words, word_bytes);
    give_back(fresh, fresh_bytes);
    return true;
}

counters::Cache* make_cache() noexcept { return static_cast<counters::Cache*>(arena::take(sizeof(counters::Cache))); }

void after_fork(Thread& survivor) noexcept {
    lock.reset();
    abandoned_total = 0;
    for (uint32_t i = 1; i < slot_total; ++i) {
        Thread& thread = *slots[i];
        if (thread.cache != nullptr) counters::hand_over(*thread.cache);
        thread.abandoned = &thread != &survivor;
        abandoned_total += thread.abandoned;
    }
    survivor.tid = static_cast<uint32_t>(sys::gettid());
}

uint32_t count() noexcept { return slot_total - 1 + past_total; }

uint32_t living() noexcept {
    return __atomic_load_n(&slot_total, __ATOMIC_ACQUIRE) - 1 - __atomic_load_n(&abandoned_total, __ATOMIC_RELAXED);
}

bool while_alone(void (*act)() noexcept) noexcept {
    Hold hold(lock);
    if (!hold || living() != 1) return false;
    act();
    return true;
}

void read(uint32_t index, tables::Thread& out) noexcept {
    out = {};
    if (index >= slot_total - 1) {
        const Past& gone = past.at(index - (slot_total - 1));
        out.facts.tid = gone.tid;
        out.facts.slot = static_cast<uint16_t>(gone.slot);
        out.facts.first_tick = gone.first_tick;
        out.facts.last_tick = gone.last_tick;
        return;
    }
    const Thread& thread = *slots[index + 1];
    out.facts.tid = thread.tid;
    out.facts.slot = static_cast<uint16_t>(thread.slot);
    out.facts.first_tick = thread.first_tick;
    out.facts.last_tick = UINT32_MAX;
    if (!thread.abandoned) out.facts.flags = PROF_THREAD_ALIVE;
    if (thread.tid == state().pid) out.facts.flags |= PROF_THREAD_MAIN;
    out.facts.stack_start = thread.stack_low;
    out.facts.stack_end = thread.stack_high;
    out.pointer = thread.pointer;
    if (thread.in_flight == nullptr) return;
    out.in_flight = {.address = reinterpret_cast<uintptr_t>(thread.in_flight),
                     .size_bytes = thread.in_flight_bytes,
                     .stack = blocks::stack_of(thread.in_flight_entry),
                     .birth = blocks::birth_of(thread.in_flight_entry),
                     .thread = thread.slot};
}

void hand_over_all() noexcept {
    for (uint32_t i = 1; i < slot_total; ++i)
        if (counters::Cache* cache = slots[i]->cache; cache != nullptr) counters::hand_over(*cache);
}

}  // namespace prof::threads

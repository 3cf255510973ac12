// SPDX-License-Identifier: MIT
//
// Watches: see watches.h.
//
// Side: agent, floor 2 (record).
#include "watches.h"

#include "base/lock.h"
#include "blocks.h"
#include "event.h"
#include "pools.h"
#include "segments.h"
#include "tables.h"

namespace prof::watches {

constinit std::atomic<uint32_t> waiting{0};

namespace {

constexpr unsigned bucket_log2 = 18, version_shift = 20;

struct Place {
    uintptr_t block;
    void* object;
    Callback callback;
    void* context;
    uint64_t version;  // how often it has been used; with its index the watch's number
    uint32_t next;     // in its chain; 0: none
    bool waits;        // in a bucket, or taken by a realloc
};

constinit std::atomic<uint32_t> first_in[1 << bucket_log2]{};
constinit Segments<Place, 8> places{};
constinit uint32_t place_count = 1;  // place 0 is none
constinit uint32_t first_free = 0;
constinit Lock lock;

// This thread is inside of the recorder, so that no signal handler comes between, and holds the lock. Or it could not.
class Alone {
   public:
    Alone() noexcept : thread_(event::begin()), holds_(thread_ != nullptr && lock.take()) {
        if (thread_ != nullptr && !holds_) tables::lose(PROF_LOSS_REENTRANT);
    }
    ~Alone() {
        if (holds_) lock.give();
        if (thread_ != nullptr) event::end(*thread_);
    }
    Alone(const Alone&) = delete;
    Alone& operator=(const Alone&) = delete;
    explicit operator bool() const noexcept { return holds_; }

   private:
    Thread* thread_;
    bool holds_;
};

std::atomic<uint32_t>& bucket_of(uintptr_t block) noexcept {
    return first_in[block * 0x9e3779b97f4a7c15 >> (64 - bucket_log2)];
}

// ---- Chains, alone -------------------------------------------------------------------------------------------------

uint32_t free_place() noexcept {
    const uint32_t number = first_free != 0 ? first_free : place_count;
    if (number > most || !places.reserve(number)) return 0;
    if (number == first_free)
        first_free = places.at(number).next;
    else
        ++place_count;
    return number;
}

void link(uint32_t number) noexcept {
    Place& place = places.at(number);
    std::atomic<uint32_t>& bucket = bucket_of(place.block);
    place.next = bucket.load(std::memory_order_relaxed);
    bucket.store(number, std::memory_order_relaxed);
}

// Takes out those of the block's bucket that `is_wanted` says, as a chain.
template <class IsWanted>
uint32_t unlink(uintptr_t block, IsWanted is_wanted) noexcept {
    std::atomic<uint32_t>& bucket = bucket_of(block);
    uint32_t taken = 0, kept = 0;
    for (uint32_t number = bucket.load(std::memory_order_relaxed), next = 0; number != 0; number = next) {
        Place& place = places.at(number);
        next = place.next;
        uint32_t& chain = is_wanted(number, place) ? taken : kept;
        place.next = chain;
        chain = number;
    }
    bucket.store(kept, std::memory_order_relaxed);
    return taken;
}

uint32_t unlink_block(uintptr_t block) noexcept {
    return unlink(block, [&](uint32_t, const Place& place) { return place.block == block; });
}

void give_back(uint32_t number) noexcept {
    Place& place = places.at(number);
    place.waits = false;
    place.next = first_free;
    first_free = number;
    waiting.fetch_sub(1, std::memory_order_relaxed);
}

// ---- Telling -------------------------------------------------------------------------------------------------------

// Takes the first out of the chain for good; what it was.
Place take_first(uint32_t& taken) noexcept {
    const Alone alone;
    if (!alone) return {};
    const Place place = places.at(taken);
    give_back(taken);
    taken = place.next;
    return place;
}

void tell_taken(uint32_t taken) noexcept {
    while (taken != 0) {
        const Place place = take_first(taken);
        if (place.callback == nullptr) return;  // the recorder is closed
        if (place.waits) place.callback(place.object, place.context);
    }
}

uint32_t take_one(uintptr_t block) noexcept {
    if (bucket_of(block).load(std::memory_order_relaxed) == 0) return 0;
    const Alone alone;
    return alone ? unlink_block(block) : 0;
}

void tell_inside(uintptr_t block) noexcept {
    blocks::Record record;
    if (pools::any() && blocks::find(block, record)) tell_handed_out(block, block + record.size_bytes);
}

// ---- Blocks --------------------------------------------------------------------------------------------------------

bool reaches(uintptr_t start, uint64_t bytes, uintptr_t address) noexcept {
    return address == start || address - start < bytes;
}

// The innermost block that is alive around an address, 0 when none is known.
uintptr_t block_around(uintptr_t address) noexcept {
    pools::Reported one;
    if (pools::any() && pools::before(address + 1, one) && !one.is_freed &&
        reaches(one.address, one.record.size_bytes, address))
        return one.address;
    uintptr_t start = 0;
    uint64_t first = 0;
    blocks::Record record;
    if (!blocks::last_before(address, 0, start, first, record)) return 0;
    return reaches(start, record.size_bytes, address) ? start : 0;
}

}  // namespace

// ---- The contract --------------------------------------------------------------------------------------------------

uint64_t watch(void* object, Callback callback, void* context) noexcept {
    const Alone alone;
    if (!alone) return 0;
    const uintptr_t block = block_around(reinterpret_cast<uintptr_t>(object));
    if (block == 0) return 0;
    const uint32_t number = free_place();
    if (number == 0) return tables::lose(PROF_LOSS_TABLE_FULL), 0;
    Place& place = places.at(number);
    const uint64_t version = place.version + 1;
    place = {.block = block,
             .object = object,
             .callback = callback,
             .context = context,
             .version = version,
             .next = 0,
             .waits = true};
    link(number);
    waiting.fetch_add(1, std::memory_order_relaxed);
    return version << version_shift | number;
}

bool unwatch(uint64_t number) noexcept {
    const auto index = static_cast<uint32_t>(number) & most;
    const Alone alone;
    if (!alone || index == 0 || index >= place_count) return false;
    Place& place = places.at(index);
    if (!place.waits || place.version != number >> version_shift) return false;
    place.waits = false;  // who has taken it out gives it back
    if (unlink(place.block, [&](uint32_t other, const Place&) { return other == index; }) != 0) give_back(index);
    return true;
}

void reset_lock() noexcept { lock.reset(); }

void tell(uintptr_t block) noexcept {
    tell_inside(block);
    tell_taken(take_one(block));
}

void tell_handed_out(uintptr_t start, uintptr_t end) noexcept {
    pools::Reported one;
    for (uintptr_t at = start; pools::next(at, end, one); at = one.address + 1)
        if (!one.is_freed) tell_taken(take_one(one.address));
}

uint32_t take(uintptr_t block) noexcept {
    tell_inside(block);
    return take_one(block);
}

void settle(uint32_t taken, uintptr_t now) noexcept {
    if (places.at(taken).block == now) return put_back(taken);
    tell_taken(taken);
}

void put_back(uint32_t taken) noexcept {
    const Alone alone;
    while (alone && taken != 0) {
        const uint32_t number = taken;
        taken = places.at(number).next;
        places.at(number).waits ? link(number) : give_back(number);
    }
}

}  // namespace prof::watches

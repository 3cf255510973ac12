// SPDX-License-Identifier: MIT
//
// BLOCK_HASH: a keyed hash of each block's requested bytes, so that equal contents are found and none leave the
// process.
//
// Side: agent, floor 3 (snapshot). Child of a snapshot only.
//
// The key is drawn here, in the copy, which ends with the snapshot: nobody has it afterwards, the program neither. So
// hashes of two snapshots say nothing of each other.
#include <asm/unistd.h>

#include <new>

#include "base/syscalls.h"
#include "record/tables.h"
#include "snapshot/hash.h"
#include "snapshot/pages.h"
#include "snapshot/writer.h"

namespace prof::snapshot {

namespace {

constexpr uint64_t word_bytes = sizeof(uint64_t);
constexpr uint32_t blocks_between_looks_at_the_clock = 512;
constexpr long not_blocking = 1;  // GRND_NONBLOCK

bool draw(HashKey& key) noexcept {
    return sys::call(__NR_getrandom, reinterpret_cast<long>(&key), sizeof key, not_blocking) == sizeof key;
}

constexpr uintptr_t page_of(uintptr_t address) noexcept { return address & ~uintptr_t{page_bytes - 1}; }

uint64_t hash_of(uintptr_t start, uint64_t bytes, Pages& pages, const HashKey& key) noexcept {
    const uintptr_t end = start + (bytes & ~(word_bytes - 1));
    const unsigned tail_bits = static_cast<unsigned>(bytes & (word_bytes - 1)) * 8;
    SipHash hash(key);
    uint64_t any = 0;
    for (uintptr_t at = start; at < end;) {
        const uintptr_t page = page_of(at), stop = end < page + page_bytes ? end : page + page_bytes;
        const uint64_t* words = pages.at(page);
        if (words == nullptr) return PROF_HASH_NONE;
        for (; at < stop; at += word_bytes) {
            const uint64_t word = words[(at - page) / word_bytes];
            any |= word;
            hash.add(word);
        }
    }
    uint64_t tail = 0;
    if (tail_bits > 0) {
        const uint64_t* words = pages.at(page_of(end));
        if (words == nullptr) return PROF_HASH_NONE;
        tail = words[(end - page_of(end)) / word_bytes] & ((uint64_t{1} << tail_bits) - 1);
    }
    if ((any | tail) == 0) return PROF_HASH_ZEROS;
    const uint64_t sum = hash.finish(tail, bytes);
    return sum > PROF_HASH_ZEROS ? sum : sum + PROF_HASH_ZEROS + 1;
}

}  // namespace

void write_hashes(Writer& writer) noexcept {
    Output& output = writer.output;
    HashKey key;
    void* place = arena::map(sizeof(Pages));
    if (place == nullptr) return tables::lose(PROF_LOSS_NO_MEMORY);
    if (output.error() != 0 || !draw(key)) return;
    auto& pages = *new (place) Pages(writer.maps);
    const Index& index = writer.index;
    Column hashes(output, Column::place_for(output, PROF_SECTION_BLOCK_HASH, 8, index.count()));
    for (uint32_t i = 0; i < index.count(); ++i) {
        const bool is_hashed = index.size(i) > 0 && !writer.deadline.is_over(blocks_between_looks_at_the_clock);
        hashes.put(is_hashed ? hash_of(index.address(i), index.size(i), pages, key) : uint64_t{PROF_HASH_NONE});
    }
    output.add(hashes.finish());
}

}  // namespace prof::snapshot

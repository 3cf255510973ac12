// SPDX-License-Identifier: MIT
//
// Blocks and their words: a pass that counts, a pass that writes the columns and builds the index, a pass that scans.
//
// Side: agent, floor 3 (snapshot). Child of a snapshot only.
#include <errno.h>

#include <initializer_list>
#include <new>

#include "record/sampler.h"
#include "record/tables.h"
#include "snapshot/faults.h"
#include "snapshot/guest.h"
#include "snapshot/rows.h"
#include "snapshot/scan.h"
#include "snapshot/writer.h"

namespace prof::snapshot {

namespace {

constexpr uint32_t blocks_between_looks_at_the_clock = 512;
constexpr unsigned thread_shift = 48;

// What the index of blocks rounds their addresses to: the largest power of two up to 16 that divides them all.
unsigned grain_log2_of(uintptr_t all_bits) noexcept {
    constexpr unsigned most = 4;
    unsigned log2 = 0;
    while (log2 < most && (all_bits >> log2 & 1) == 0) ++log2;
    return log2;
}

struct Question {
    UsableSize usable_size;
    void* block;
};

long ask(void* argument) {
    const Question& question = *static_cast<const Question*>(argument);
    return static_cast<long>(question.usable_size(question.block));
}

// What the allocator gave beyond what was asked for. It reads what stands before the block, which may be gone.
uint32_t slack_of(uintptr_t address, uint64_t size_bytes, UsableSize usable_size) noexcept {
    if (usable_size == nullptr) return 0;
    Question question{usable_size, reinterpret_cast<void*>(address)};
    const long usable = faults::guarded(ask, &question);
    if (usable < 0 || static_cast<uint64_t>(usable) <= size_bytes) return 0;
    const uint64_t slack = static_cast<uint64_t>(usable) - size_bytes;
    return slack > size_bytes + (1 << 20) ? 0 : static_cast<uint32_t>(slack < UINT32_MAX ? slack : UINT32_MAX);
}

struct BlockColumns {
    Column address, size, stack, birth;

    BlockColumns(Output& output, uint64_t count) noexcept
        : address(output, Column::place_for(output, PROF_SECTION_BLOCK_ADDRESS, 8, count)),
          size(output, Column::place_for(output, PROF_SECTION_BLOCK_SIZE, 8, count)),
          stack(output, Column::place_for(output, PROF_SECTION_BLOCK_STACK, 4, count)),
          birth(output, Column::place_for(output, PROF_SECTION_BLOCK_BIRTH, 4, count)) {}

    void finish(Output& output) noexcept {
        for (Column* column : {&address, &size, &stack, &birth}) output.add(column->finish());
    }
};

void read_root(prof_root& root, Scan& scan, Writer& writer) noexcept {
    if (writer.deadline.is_over()) {
        tables::lose(PROF_LOSS_UNREADABLE_BYTES, root.bytes);
        return scan.values(root, nullptr, 0);
    }
    if (root.kind != PROF_ROOT_REGISTERS) return scan.area(root);
    const LivingThread* thread = writer.frozen.living.find(writer.threads[root.owner].tid);
    scan.values(root, thread->registers->value, Registers::count);
}

}  // namespace

void count_blocks(Writer& writer) noexcept {
    Rows rows(writer.in_flight, writer.maps);
    uintptr_t all_bits = 0;
    for (Row row; rows.next(row);) {
        ++writer.block_count;
        if (row.kind != Row::Kind::rest) writer.block_bytes += row.block.size_bytes;
        all_bits |= row.block.address;
    }
    for (const prof_pool& pool : rows.pools())
        if (pool.block != PROF_POOL_NO_BLOCK) writer.block_bytes += pool.own_bytes;
    writer.grain_log2 = grain_log2_of(all_bits);
    if (rows.dropped() > 0) tables::lose(PROF_LOSS_IMPLICIT_FREE, rows.dropped());
    if (rows.unlisted() > 0) tables::lose(PROF_LOSS_NO_MEMORY, rows.unlisted());
}

void write_blocks(Writer& writer) noexcept {
    const bool wants_index = writer.frozen.order.contents == PROF_CONTENTS_WORDS;
    writer.has_index = wants_index && writer.index.begin(writer.block_count, writer.grain_log2);
    BlockColumns columns(writer.output, writer.block_count);
    const uint32_t stack_count = tables::stack_count(), tick_count = tables::tick_count();
    Rows rows(writer.in_flight, writer.maps);
    uint32_t number = 0;
    for (Row row; rows.next(row); ++number) {
        const tables::Block& block = row.block;
        columns.address.put(uint64_t{block.address});
        columns.size.put(block.size_bytes | uint64_t{block.thread} << thread_shift);
        columns.stack.put(block.stack < stack_count ? block.stack : 0);
        columns.birth.put(block.birth < tick_count ? block.birth : tick_count - 1);
        const bool is_mallocs = row.kind != Row::Kind::reported && !guest().owns(block.address);
        if (!is_mallocs && !writer.mark_reported(number)) tables::lose(PROF_LOSS_NO_MEMORY);
        if (writer.has_index && !writer.index.add(block.address, block.size_bytes)) {
            tables::lose(PROF_LOSS_NO_MEMORY);
            writer.has_index = false;
        }
    }
    if (!writer.pools.append(rows.pools().data(), rows.pools().size())) tables::lose(PROF_LOSS_NO_MEMORY);
    for (prof_pool& pool : writer.pools) {
        pool.slack = slack_of(pool.address, pool.bytes, writer.frozen.usable_size);
        if (writer.has_index) writer.index.reach(pool.address + pool.bytes);
    }
    columns.finish(writer.output);
    if (!writer.has_index) return;
    writer.index.finish();
    writer.ranges.sort();
    for (const Ranges::Range& range : writer.ranges.all()) writer.index.mark(range.start, range.end);
}

namespace {

// The slack of a row of malloc's, of the rest of a pool, or of what the program handed out, which has none.
class Slacks {
   public:
    explicit Slacks(const Writer& writer) noexcept : writer_(writer) {}

    // Asked of all rows, in order.
    uint32_t of(uint32_t number, uintptr_t address, uint64_t size_bytes) noexcept {
        if (writer_.is_reported(number)) return 0;
        const prof_pool* pool = pool_of(number);
        if (pool == nullptr) return slack_of(address, size_bytes, writer_.frozen.usable_size);
        const uint64_t behind = pool->address + pool->bytes + pool->slack - (address + size_bytes);
        return static_cast<uint32_t>(behind < UINT32_MAX ? behind : UINT32_MAX);
    }

    // The pool that a row is the rest of; null when it is none.
    const prof_pool* pool_of(uint32_t number) noexcept {
        const Growing<prof_pool>& pools = writer_.pools;
        while (at_ < pools.size() && pools[at_].end_block <= number) ++at_;
        return at_ < pools.size() && pools[at_].block == number ? &pools[at_] : nullptr;
    }

   private:
    const Writer& writer_;
    size_t at_ = 0;
};

}  // namespace

void write_slacks(Writer& writer) noexcept {
    Column slack(writer.output, Column::place_for(writer.output, PROF_SECTION_BLOCK_SLACK, 4, writer.block_count));
    Rows rows(writer.in_flight, writer.maps);
    Slacks slacks(writer);
    uint32_t number = 0;
    for (Row row; rows.next(row); ++number) slack.put(slacks.of(number, row.block.address, row.block.size_bytes));
    writer.output.add(slack.finish());
}

// The slacks as well: what the allocator keeps beside a block comes into the cache with it.
void write_words_and_slacks(Writer& writer) noexcept {
    Output& output = writer.output;
    const int spill = output.open_spill();
    void* place = arena::map(sizeof(Pages));
    if (place == nullptr) output.fail(-ENOMEM);
    if (output.error() != 0) return;
    auto& pages = *new (place) Pages(writer.maps);
    const uint64_t count = writer.block_count;
    Slacks slacks(writer);
    Column slack(output, Column::place_for(output, PROF_SECTION_BLOCK_SLACK, 4, count));
    Column words_end(output, Column::place_for(output, PROF_SECTION_BLOCK_WORDS_END, 4, count));
    // Of a sample, what a pointer leads to is seldom here: only vtables and functions say something.
    WordColumns words(output, spill, sampler::is_on());
    const Resolver resolver(writer.index, writer.ranges, writer.pools);
    Scan scan(writer.index, resolver, pages, words);
    for (uint32_t i = 0; i < count; ++i) {
        if (writer.deadline.is_over(blocks_between_looks_at_the_clock)) {
            tables::lose(PROF_LOSS_DEADLINE_BLOCKS);
        } else if (const prof_pool* pool = slacks.pool_of(i)) {
            scan.rest(i, pool->address + pool->bytes);
        } else {
            scan.block(i);
        }
        words_end.put(static_cast<uint32_t>(words.count()));
        slack.put(slacks.of(i, writer.index.address(i), writer.index.size(i)));
    }
    for (prof_root& root : writer.roots) read_root(root, scan, writer);
    for (Held& held : writer.held) {
        scan.values(held.root, &held.value, 1);
        if (!writer.roots.push(held.root)) tables::lose(PROF_LOSS_NO_MEMORY);
    }
    output.add(slack.finish());
    output.add(words_end.finish());
    words.finish();
    output.put(PROF_SECTION_ROOTS, sizeof(prof_root), writer.roots.data(), writer.roots.size());
}

}  // namespace prof::snapshot

// SPDX-License-Identifier: MIT
//
// Stacks, and the sections that fit in one write. Side: agent, floor 3 (snapshot). Child of a snapshot only.
#include <gnu/libc-version.h>

#include "record/sampler.h"
#include "record/tables.h"
#include "snapshot/writer.h"

namespace prof::snapshot {

namespace {

void write_nodes(Writer& writer) noexcept {
    Output& output = writer.output;
    const uint32_t count = tables::node_count();
    Column pc(output, Column::place_for(output, PROF_SECTION_NODE_PC, 8, count));
    Column parent(output, Column::place_for(output, PROF_SECTION_NODE_PARENT, 4, count));
    for (uint32_t i = 0; i < count; ++i) {
        const tables::Node node = tables::node(i);
        pc.put(node.pc);
        parent.put(node.parent < i ? node.parent : 0);
    }
    output.add(pc.finish());
    output.add(parent.finish());
}

void write_timeline(Writer& writer) noexcept {
    Output& output = writer.output;
    const uint32_t count = tables::tick_count();
    Column ticks(output, Column::place_for(output, PROF_SECTION_TIMELINE, sizeof(prof_tick), count));
    for (uint32_t i = 0; i < count; ++i) ticks.put(tables::tick(i));
    output.add(ticks.finish());
}

void write_losses(Writer& writer) noexcept {
    if (const uint64_t left_out = writer.frozen.living.left_out) tables::lose(PROF_LOSS_TABLE_FULL, left_out);
    if (const uint64_t left_out = writer.frozen.segments.left_out) tables::lose(PROF_LOSS_TABLE_FULL, left_out);
    if (const uint64_t ran = __atomic_load_n(writer.frozen.ran, __ATOMIC_RELAXED))
        tables::lose(PROF_LOSS_THREADS_RAN, ran);
    uint64_t losses[PROF_LOSS_COUNT];
    for (int i = 0; i < PROF_LOSS_COUNT; ++i) losses[i] = tables::lost(static_cast<prof_loss>(i));
    writer.output.put(PROF_SECTION_LOSSES, sizeof(uint64_t), losses, PROF_LOSS_COUNT);
}

void fill_totals(prof_process& process, const Writer& writer) noexcept {
    const tables::Totals totals = tables::totals();
    process.live_bytes = writer.counted_bytes;
    process.live_blocks = writer.counted_blocks;
    const bool has_peak = totals.peak_bytes > writer.counted_bytes;
    process.peak_bytes = has_peak ? totals.peak_bytes : writer.counted_bytes;
    process.peak_blocks = has_peak ? totals.peak_blocks : writer.counted_blocks;
    process.peak_error_bytes = totals.peak_error_bytes;
    process.allocated_bytes = totals.allocated_bytes;
    process.allocated_blocks = totals.allocated_blocks;
    process.temporary_blocks = totals.temporary_blocks;
}

// On a machine whose processors are all taken, the program may still wait for one when a small snapshot is done.
uint64_t pause_ns(const Frozen& frozen) noexcept {
    const uint64_t measured = __atomic_load_n(frozen.pause_ns, __ATOMIC_RELAXED);
    return measured != 0 ? measured : monotonic_ns() - frozen.began_ns;
}

void write_process(Writer& writer) noexcept {
    const Frozen& frozen = writer.frozen;
    prof_process process{};
    fill_totals(process, writer);
    process.run_id = frozen.order.run_id;
    process.pid = frozen.pid;
    process.parent_pid = frozen.parent_pid;
    process.snapshot_number = frozen.order.number;
    process.reason = frozen.order.reason;
    process.start_unix_ns = tables::start_unix_ns();
    process.snapshot_unix_ns = frozen.snapshot_unix_ns;
    process.elapsed_ns = frozen.elapsed_ns;
    process.pause_ns = pause_ns(frozen);
    process.own_bytes = frozen.own_bytes;
    process.program = writer.strings.add(frozen.order.program);
    process.executable = writer.strings.add(frozen.order.executable);
    process.agent_version = writer.strings.add(HEAPKIT_VERSION);
    process.libc_version = writer.strings.add(gnu_get_libc_version());
    process.contents = writer.has_index ? frozen.order.contents : PROF_CONTENTS_NONE;
    process.page_bytes = 4096;
    process.thread_count = static_cast<uint32_t>(frozen.living.count + frozen.living.left_out);
    process.current_tick = frozen.tick;
    process.sample_bytes = sampler::mean_bytes;
    writer.output.put(PROF_SECTION_PROCESS, sizeof process, &process, 1);
}

}  // namespace

void write_stacks(Writer& writer) noexcept {
    write_nodes(writer);
    Output& output = writer.output;
    const uint32_t count = tables::stack_count(), nodes = tables::node_count();
    Column stacks(output, Column::place_for(output, PROF_SECTION_STACKS, sizeof(prof_stack), count));
    for (uint32_t i = 0; i < count; ++i) {
        prof_stack fact{};
        tables::stack(i, fact);
        if (fact.node >= nodes) fact.node = 0;
        stacks.put(fact);
    }
    output.add(stacks.finish());
}

void write_small_sections(Writer& writer) noexcept {
    Output& output = writer.output;
    write_timeline(writer);
    output.put(PROF_SECTION_MODULES, sizeof(prof_module), writer.modules.data(), writer.modules.size());
    output.put(PROF_SECTION_MAPS, sizeof(prof_map), writer.maps.all().data(), writer.maps.all().size());
    output.put(PROF_SECTION_THREADS, sizeof(prof_thread), writer.threads.data(), writer.threads.size());
    output.put(PROF_SECTION_THREAD_STORAGE, sizeof(prof_thread_storage), writer.thread_storage.data(),
               writer.thread_storage.size());
    output.put(PROF_SECTION_POOLS, sizeof(prof_pool), writer.pools.data(), writer.pools.size());
    write_losses(writer);
    write_process(writer);
    output.put(PROF_SECTION_STRINGS, 1, writer.strings.data(), writer.strings.size());
}

}  // namespace prof::snapshot

// SPDX-License-Identifier: MIT
//
// One table of losses: what happened, and what it does to an answer.
//
// Side: heap, floor 7 (analyze). To add a loss of prof_loss: one row.
#include "analyze/losses.h"

#include <fmt/format.h>
#include <array>

#include "analyze/python_facts.h"
#include "base/units.h"

namespace heapkit::analyze {
namespace {

struct Loss {
    prof_loss kind;
    unsigned touches;
    Unit unit;
    const char* what;  // after the number, one and many
    const char* what_many;
    const char* consequence;
};

constexpr std::array<Loss, PROF_LOSS_COUNT> losses = {{
    {PROF_LOSS_REENTRANT, on_counts, Unit::count, "allocation inside a signal handler was not recorded",
     "allocations inside signal handlers were not recorded", "counts and sizes are too low"},
    {PROF_LOSS_NO_MEMORY, on_counts, Unit::count, "record was dropped because the kernel gave no memory",
     "records were dropped because the kernel gave no memory", "counts and sizes are too low"},
    {PROF_LOSS_TABLE_FULL, on_counts, Unit::count, "record was dropped because a table was full",
     "records were dropped because a table was full", "counts and sizes are too low"},
    {PROF_LOSS_STACK_INCOMPLETE, on_stacks, Unit::count, "block has a stack that could not be walked to its end",
     "blocks have stacks that could not be walked to their end", "outermost callers are missing"},
    {PROF_LOSS_STACK_TRUNCATED, on_stacks, Unit::count, "block has a stack deeper than the bound",
     "blocks have stacks deeper than the bound", "outermost callers are missing"},
    {PROF_LOSS_IMPLICIT_FREE, on_counts, Unit::count, "block was replaced by another without a free that we saw",
     "blocks were replaced by others without a free that we saw", "they are dated to have lived longer than they did"},
    {PROF_LOSS_THREAD_SLOTS, on_counts, Unit::count, "allocation was made by a thread beyond the last slot",
     "allocations were made by threads beyond the last slot", "which thread is unknown"},
    {PROF_LOSS_UNREADABLE_BYTES, on_types, Unit::bytes, "of memory could not be read", "of memory could not be read",
     "blocks in it have no type from their content"},
    {PROF_LOSS_WORDS, on_types, Unit::count, "word was dropped because its column was full",
     "words were dropped because their column was full", "some blocks have no type from their content"},
    {PROF_LOSS_DEADLINE_BLOCKS, on_types, Unit::count, "block was not read because time ran out",
     "blocks were not read because time ran out", "no type is known from their content"},
    {PROF_LOSS_EARLY_BLOCKS, on_counts, Unit::count, "allocation came before recording began",
     "allocations came before recording began", "counts leave them out"},
    {PROF_LOSS_UNKNOWN_FREE, 0, Unit::count, "free was of a block that was never seen",
     "frees were of blocks that were never seen", "allocated before recording, or lost"},
    {PROF_LOSS_THREADS_RAN, 0, Unit::count, "thread ran while the process was copied",
     "threads ran while the process was copied", "what they moved in that moment may be missing"},
    {PROF_LOSS_THREAD_HISTORY, on_counts, Unit::count, "thread ended and is not listed",
     "threads ended and are not listed", "which thread allocated their blocks is unknown"},
    {PROF_LOSS_COUNTER_UPDATES, on_counts, Unit::count, "count may be missing from when a second thread appeared",
     "counts may be missing from when a second thread appeared", "sums of a stack may be off by one block"},
    {PROF_LOSS_OTHER_ALLOCATOR, on_counts, Unit::count, "allocator of the program stands ahead of the recorder",
     "allocators of the program stand ahead of the recorder", "what it allocates is not recorded"},
    {PROF_LOSS_REPORTS, on_counts, Unit::count, "report of the program about its own memory could not be true",
     "reports of the program about its own memory could not be true", "what it says of these blocks is in doubt"},
}};

std::string sentence_of(const Loss& loss, uint64_t lost) {
    const std::string number =
        loss.unit == Unit::bytes ? size_to_text(lost) : count_to_text(static_cast<int64_t>(lost));
    return fmt::format("{} {}", number, lost == 1 ? loss.what : loss.what_many);
}

// What cannot be asked of a process that died before it could be photographed.
std::vector<std::string> notes_of_the_dead(std::span<const Heap* const> heaps) {
    std::vector<std::string> notes;
    for (const Heap* heap : heaps) {
        if (heap->snapshot().has_blocks()) continue;
        const prof_process& process = heap->snapshot().process();
        notes.push_back(
            fmt::format("{} (pid {}) died suddenly: known are the counters of its stacks until then. Its blocks, "
                        "their types, references and leaks are not.",
                        heap->snapshot().program(), process.pid));
        if (process.live_error_bytes != 0)
            notes.push_back(
                fmt::format("Its {} threads had not handed in all that they counted: up to {} may be missing, "
                            "or be freed already.",
                            process.thread_count, size_to_text(process.live_error_bytes)));
    }
    return notes;
}

}  // namespace

// One note a kind, with the most that any of the snapshots lost.
std::vector<std::string> loss_notes(std::span<const Heap* const> heaps, unsigned rests) {
    std::vector<std::string> notes = notes_of_the_dead(heaps);
    if ((rests & on_types) != 0)
        for (const Heap* heap : heaps)
            if (std::string doubt = python_doubt(*heap); !doubt.empty()) notes.push_back(std::move(doubt));
    for (const Loss& loss : losses) {
        if ((loss.touches & rests) == 0) continue;
        const Heap* worst = heaps.back();
        bool is_equal = true;
        for (const Heap* heap : heaps) {
            const uint64_t lost = heap->snapshot().lost(loss.kind);
            is_equal = is_equal && lost == worst->snapshot().lost(loss.kind);
            if (lost > worst->snapshot().lost(loss.kind)) worst = heap;
        }
        const uint64_t lost = worst->snapshot().lost(loss.kind);
        if (lost == 0) continue;
        std::string where;
        if (!is_equal) where = fmt::format("in {} ", worst->snapshot().path().filename().string());
        notes.push_back(fmt::format("Loss: {}{}; {}.", where, sentence_of(loss, lost), loss.consequence));
    }
    return notes;
}

Table losses_table(const Heap& heap) {
    Table table{.title = "Losses", .key = "losses", .layout = Table::Layout::facts};
    table.columns = {{.name = "lost", .key = "lost", .unit = Unit::count, .is_for_json = true},
                     {.name = "what", .key = "what"},
                     {.name = "consequence", .key = "consequence"}};
    table.empty = "Losses: none.";
    for (const Loss& loss : losses) {
        const uint64_t lost = heap.snapshot().lost(loss.kind);
        if (lost == 0) continue;
        table.rows.push_back({static_cast<int64_t>(lost), sentence_of(loss, lost), std::string(loss.consequence)});
    }
    return table;
}

}  // namespace heapkit::analyze

// SPDX-License-Identifier: MIT
//
// Doubts about verdicts. losses.cpp has what losses do to counts, stacks and types; here is what they do to leaks.
//
// Side: heap, floor 7 (analyze).
#include "analyze/leak_notes.h"

#include <fmt/format.h>
#include <array>

#include "base/units.h"

namespace heapkit::analyze {
namespace {

struct Loss {
    prof_loss kind;
    bool is_in_bytes;
    const char* what;  // after the number
    const char* consequence;
};

constexpr std::array losses = {
    Loss{PROF_LOSS_REENTRANT, false, "allocations in signal handlers were not recorded",
         "what only they hold looks lost"},
    Loss{PROF_LOSS_NO_MEMORY, false, "records were dropped because the kernel gave no memory",
         "what only they hold looks lost"},
    Loss{PROF_LOSS_TABLE_FULL, false, "records were dropped because a table was full",
         "what only they hold looks lost"},
    Loss{PROF_LOSS_EARLY_BLOCKS, false, "allocations came before recording began", "what only they hold looks lost"},
    Loss{PROF_LOSS_UNREADABLE_BYTES, true, "of memory could not be read", "what is held from there looks lost"},
    Loss{PROF_LOSS_WORDS, false, "words were dropped because their column was full",
         "what they point to may look lost"},
    Loss{PROF_LOSS_DEADLINE_BLOCKS, false, "blocks were not read because time ran out",
         "what only they hold looks lost"},
};

std::string given_as_possible(size_t heads) {
    return fmt::format("{} {} given as possibly lost", count_to_text(static_cast<int64_t>(heads)),
                       heads == 1 ? "is" : "are");
}

std::string motion_note(const MotionDoubt& doubt) {
    std::string note =
        fmt::format("Loss: {} ran while the process was copied; what moved in that moment may look lost.",
                    doubt.threads == 1 ? "one thread"
                                       : fmt::format("{} threads", count_to_text(static_cast<int64_t>(doubt.threads))));
    if (doubt.heads > 0)
        note += fmt::format(" So nothing is called definitely lost; {}.", given_as_possible(doubt.heads));
    return note;
}

std::string register_note(const RegisterDoubt& doubt) {
    return fmt::format(
        "The registers of {} are not known; they may hold up to {} blocks that nothing else holds. Of {} with no more "
        "lost blocks than that, {}.",
        doubt.threads == 1 ? "one thread" : fmt::format("{} threads", doubt.threads), doubt.hidden_pointers,
        doubt.groups == 1 ? "one call stack" : fmt::format("{} call stacks", doubt.groups),
        given_as_possible(doubt.heads));
}

}  // namespace

std::vector<std::string> leak_loss_notes(const Heap& heap) {
    std::vector<std::string> notes;
    for (const Loss& loss : losses) {
        const uint64_t lost = heap.snapshot().lost(loss.kind);
        if (lost == 0) continue;
        const std::string number = loss.is_in_bytes ? size_to_text(lost) : count_to_text(static_cast<int64_t>(lost));
        notes.push_back(fmt::format("Loss: {} {}; {}.", number, loss.what, loss.consequence));
    }
    return notes;
}

std::vector<std::string> doubt_notes(const Verdicts& verdicts) {
    std::vector<std::string> notes;
    if (verdicts.motion_doubt.threads > 0) notes.push_back(motion_note(verdicts.motion_doubt));
    if (!verdicts.register_doubt.is_empty()) notes.push_back(register_note(verdicts.register_doubt));
    return notes;
}

std::vector<std::string> unused_suppression_notes(const std::vector<Suppression>& suppressions,
                                                  const Verdicts& verdicts) {
    std::vector<bool> is_used(suppressions.size());
    for (const uint32_t suppression : verdicts.suppressed_by)
        if (suppression < is_used.size()) is_used[suppression] = true;
    std::vector<std::string> notes;
    for (size_t i = 0; i < suppressions.size(); ++i) {
        if (is_used[i]) continue;
        notes.push_back(fmt::format("The suppression leak:{} (line {}) matched nothing.", suppressions[i].pattern,
                                    suppressions[i].line));
    }
    return notes;
}

}  // namespace heapkit::analyze

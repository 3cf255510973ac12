// SPDX-License-Identifier: MIT
//
// Headings, and whether two snapshots are of one program.
//
// Side: heap, floor 7 (analyze).
#include "analyze/heading.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "read/sample.h"

namespace heapkit::analyze {
namespace {

std::string margin_text(const std::string& text, int64_t margin) {
    return margin == 0 ? std::string() : fmt::format(" ± {}", text);
}

std::string totals_text(const Subject& subject) {
    return fmt::format("live {}{}   blocks {}{}", size_to_text(subject.live_bytes),
                       margin_text(size_to_text(subject.margin_bytes), subject.margin_bytes),
                       count_to_text(subject.live_blocks),
                       margin_text(count_to_text(subject.margin_blocks), subject.margin_blocks));
}

// Margins add up like the sides of a right angle: an upper bound where blocks are in both samples.
int64_t margin_of_difference(int64_t first, int64_t last) {
    return std::llround(std::hypot(static_cast<double>(first), static_cast<double>(last)));
}

std::string totals_text(const Subject& first, const Subject& last) {
    const int64_t bytes = margin_of_difference(first.margin_bytes, last.margin_bytes);
    const int64_t blocks = margin_of_difference(first.margin_blocks, last.margin_blocks);
    return fmt::format("live {} → {} ({}{})   blocks {} → {} ({}{})", size_to_text(first.live_bytes),
                       size_to_text(last.live_bytes), size_delta_to_text(last.live_bytes - first.live_bytes),
                       margin_text(size_to_text(bytes), bytes), count_to_text(first.live_blocks),
                       count_to_text(last.live_blocks), count_delta_to_text(last.live_blocks - first.live_blocks),
                       margin_text(count_to_text(blocks), blocks));
}

// "" when every block was recorded.
std::string sample_text(const Subject& subject) {
    if (subject.sample_bytes == 0) return {};
    std::string text = fmt::format("estimated from a sample of 1 in {}", size_to_text(subject.sample_bytes));
    if (subject.sampled_blocks > 0) text += fmt::format(": {} blocks", count_to_text(subject.sampled_blocks));
    if (subject.margin_bytes > 0) text += "; ± holds 95 of 100 times";
    constexpr int64_t too_few = 30;
    if (subject.sampled_blocks > 0 && subject.sampled_blocks < too_few) text += ", but of so few blocks less often";
    return text;
}

std::string sample_text(const Subject& first, const Subject& last) {
    std::string text = sample_text(last);
    if (first.sample_bytes == last.sample_bytes) return text;
    const auto one = [](const Subject& subject) {
        return subject.sample_bytes == 0 ? std::string("every block")
                                         : fmt::format("a sample of 1 in {}", size_to_text(subject.sample_bytes));
    };
    return fmt::format("{} was estimated from {}, {} from {}; ± holds 95 of 100 times", first.file, one(first),
                       last.file, one(last));
}

std::string times_text(const Subject& first, const Subject& last) {
    const std::string from = date_and_clock_to_text(first.snapshot_unix_ns);
    const std::string to = date_and_clock_to_text(last.snapshot_unix_ns);
    const bool is_one_day = from.substr(0, 10) == to.substr(0, 10);
    return fmt::format("{} → {}", from, is_one_day ? clock_to_text(last.snapshot_unix_ns) : to);
}

const prof_module* executable_of(const read::Snapshot& snapshot) {
    for (const prof_module& module : snapshot.modules()) {
        if ((module.flags & PROF_MODULE_EXECUTABLE) != 0) return &module;
    }
    return nullptr;
}

bool has_build_id(const prof_module* module) { return module != nullptr && module->build_id_bytes > 0; }

bool have_equal_build_ids(const prof_module& a, const prof_module& b) {
    const size_t bytes = std::min<size_t>(a.build_id_bytes, PROF_BUILD_ID_BYTES);
    return a.build_id_bytes == b.build_id_bytes && std::equal(a.build_id, a.build_id + bytes, b.build_id);
}

}  // namespace

Subject subject_of(const Heap& heap) {
    const read::Snapshot& snapshot = heap.snapshot();
    const prof_process& process = snapshot.process();
    const read::Margin margin = read::margin_of(heap.blocks());
    return {.file = snapshot.path().string(),
            .program = std::string(snapshot.program()),
            .executable = std::string(snapshot.string(process.executable)),
            .pid = process.pid,
            .number = process.snapshot_number,
            .run_id = process.run_id,
            .snapshot_unix_ns = static_cast<int64_t>(process.snapshot_unix_ns),
            .live_bytes = static_cast<int64_t>(process.live_bytes),
            .live_blocks = static_cast<int64_t>(process.live_blocks),
            .sample_bytes = static_cast<int64_t>(process.sample_bytes),
            .sampled_blocks = snapshot.is_sampled() ? static_cast<int64_t>(heap.blocks().count()) : 0,
            .margin_bytes = std::llround(margin.bytes),
            .margin_blocks = std::llround(margin.blocks)};
}

std::vector<std::string> heading_of(std::span<const Subject> subjects) {
    const Subject& first = subjects.front();
    const Subject& last = subjects.back();
    if (subjects.size() == 1) {
        std::vector<std::string> lines = {fmt::format("{} (pid {})   {}   {}", last.program, last.pid,
                                                      date_and_clock_to_text(last.snapshot_unix_ns), last.file),
                                          totals_text(last)};
        if (last.sample_bytes > 0) lines.push_back(sample_text(last));
        return lines;
    }
    const std::string pids =
        first.pid == last.pid ? std::to_string(last.pid) : fmt::format("{} → {}", first.pid, last.pid);
    const std::string program =
        first.program == last.program ? last.program : fmt::format("{} → {}", first.program, last.program);
    std::string files = fmt::format("{} → {}", first.file, last.file);
    if (subjects.size() > 2) files += fmt::format(" ({} snapshots)", subjects.size());
    std::vector<std::string> lines = {fmt::format("{} (pid {})   {}", program, pids, times_text(first, last)), files,
                                      totals_text(first, last)};
    if (first.sample_bytes > 0 || last.sample_bytes > 0) lines.push_back(sample_text(first, last));
    return lines;
}

Kinship kinship_of(const Heap& older, const Heap& newer) {
    const prof_module* const before = executable_of(older.snapshot());
    const prof_module* const after = executable_of(newer.snapshot());
    const bool is_one_path = subject_of(older).executable == subject_of(newer).executable;
    if (has_build_id(before) && has_build_id(after)) {
        if (have_equal_build_ids(*before, *after)) return Kinship::one_build;
        return is_one_path ? Kinship::two_builds : Kinship::two_programs;
    }
    return is_one_path ? Kinship::one_build : Kinship::two_programs;
}

std::optional<Error> refusal_to_compare(const Heap& older, const Heap& newer) {
    if (kinship_of(older, newer) != Kinship::two_programs) return std::nullopt;
    const Subject before = subject_of(older), after = subject_of(newer);
    return Error{fmt::format("{} is a snapshot of {}, {} is one of {}", before.file, before.executable, after.file,
                             after.executable),
                 "Compare them all the same with --force."};
}

std::optional<Error> refusal_to_compare(std::span<const Heap* const> heaps) {
    for (size_t index = 1; index < heaps.size(); ++index)
        if (auto refusal = refusal_to_compare(*heaps[0], *heaps[index])) return refusal;
    return std::nullopt;
}

}  // namespace heapkit::analyze

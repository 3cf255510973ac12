// SPDX-License-Identifier: MIT
//
// Forked children: see child.h.
//
// Side:    agent, floor 2 (record).
#include "child.h"

#include "counters.h"
#include "modules.h"
#include "stacks.h"
#include "state.h"
#include "tables.h"
#include "timeline.h"

namespace prof::child {

namespace {

constexpr uint32_t enough_looks = 64;
constexpr int64_t enough_bytes = 1 << 20;
constexpr uint64_t enough_ns = 1'000'000'000;

// What was so at the fork.
struct Birth {
    uint64_t elapsed_ns;
    uint32_t looks;
    bool was_alone;  // the parent had no second thread
    bool counts_later;
};
constinit Birth birth{};

shared::Used used() noexcept {
    return {.modules = modules::count(), .leaves = stacks::stack_total(), .nodes = tables::node_count()};
}

void note_birth(const Thread& survivor) noexcept {
    prof_shared& page = shared_page;
    page.inherited_bytes = counters::live_bytes();
    page.inherited_blocks = counters::live_blocks();
    page.threads = threads::is_alone_for_libc() ? 1 : 2;  // else the only one counts as if it were one of many
    birth = {.elapsed_ns = timeline::elapsed_ns(),
             .looks = 0,
             .was_alone = survivor.cache == nullptr,
             .counts_later = false};
}

bool detach() noexcept {
    if (!shared::is_on()) return true;
    if (!shared::detach(used())) return false;
    stacks::forget_newer();
    return true;
}

bool has_done_enough() noexcept {
    const auto grown = static_cast<int64_t>(counters::live_bytes() - shared_page.inherited_bytes);
    return ++birth.looks >= enough_looks || grown >= enough_bytes ||
           (birth.was_alone && !threads::is_alone_for_libc()) || timeline::elapsed_ns() - birth.elapsed_ns >= enough_ns;
}

constinit shared::Filled filled = shared::Filled::no;
void fill() noexcept {
    catch_up();
    filled = shared::fill(used());
}

}  // namespace

bool begin(Thread& survivor) noexcept {
    const bool counts_later = shared::is_on() || birth.counts_later;
    if (!detach()) return false;
    threads::after_fork(survivor);
    note_birth(survivor);
    shared::reserve();
    birth.counts_later = counts_later;
    // Without a slot nothing will call for it, and with a second thread it could not be done any more.
    if (!shared::is_reserved() || !birth.was_alone || !threads::is_alone_for_libc()) catch_up();
    return true;
}

void catch_up() noexcept {
    if (!birth.counts_later) return;
    birth.counts_later = false;
    counters::recount();
}

bool look(Thread& thread) noexcept {
    if (!has_done_enough()) return true;
    if (thread.cache != nullptr) counters::hand_over(*thread.cache);
    if (!threads::while_alone(fill)) {
        shared::give_up();
        return true;
    }
    return filled != shared::Filled::damaged;
}

}  // namespace prof::child

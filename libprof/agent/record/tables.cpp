// SPDX-License-Identifier: MIT
//
// What the recorder knows, for those who write it down: see tables.h. Each answer comes from the file that keeps it.
//
// Side:    agent, floor 2 (record).
#include "tables.h"

#include <atomic>

#include "base/arena.h"
#include "child.h"
#include "counters.h"
#include "modules.h"
#include "shared.h"
#include "stacks.h"
#include "state.h"
#include "threads.h"
#include "timeline.h"

namespace prof::tables {
namespace {
constinit std::atomic<uint64_t> losses[PROF_LOSS_COUNT]{};
}  // namespace

uint32_t node_count() noexcept { return stacks::node_total.load(std::memory_order_acquire); }

Node node(uint32_t index) noexcept {
    const stacks::Node& at = stacks::nodes.at(index);
    return {.pc = at.pc, .parent = at.caller};
}

uint32_t stack_count() noexcept { return stacks::stack_total(); }

void stack(uint32_t index, prof_stack& out) noexcept { counters::read(index, out); }

void share(const char* path) noexcept {
    shared::start(path, {.modules = modules::first_bytes,
                         .leaves = stacks::first_leaf_bytes,
                         .counters = decltype(counters::stacks)::first_bytes,
                         .nodes = decltype(stacks::nodes)::first_bytes});
}

void keep_counters() noexcept { shared::keep_counters(stacks::stack_total()); }

void drop_counters() noexcept { shared::drop_counters(); }

void fold_thread_counters() noexcept {
    shared::use_counters();
    threads::hand_over_all();
    child::catch_up();
}

Totals totals() noexcept { return counters::read_totals(threads::living()); }

uint32_t tick_count() noexcept { return timeline::count(); }

prof_tick tick(uint32_t index) noexcept { return timeline::sample(index); }

uint32_t mark_snapshot() noexcept { return timeline::mark_snapshot(); }

uint64_t start_unix_ns() noexcept { return timeline::start_unix_ns(); }

uint64_t elapsed_ns() noexcept { return timeline::elapsed_ns(); }

uint32_t thread_count() noexcept { return threads::count(); }

void thread(uint32_t index, Thread& out) noexcept { threads::read(index, out); }

void refresh_modules() noexcept { modules::refresh(); }

uint32_t module_count() noexcept { return modules::count(); }

const Module& module(uint32_t index) noexcept { return modules::module(index); }

// Ours are what counts. A forked child that has not detached yet leaves its parent's alone.
void lose(prof_loss kind, uint64_t amount) noexcept {
    losses[kind].fetch_add(amount, std::memory_order_relaxed);
    if (state().mode.load(std::memory_order_relaxed) != 0)
        __atomic_fetch_add(&shared_page.losses[kind], amount, __ATOMIC_RELAXED);
}

uint64_t lost(prof_loss kind) noexcept { return losses[kind].load(std::memory_order_relaxed); }

uint64_t own_bytes() noexcept { return arena::mapped_bytes(); }

}  // namespace prof::tables

// SPDX-License-Identifier: MIT
//
// The state page: see state.h.
//
// Side:    agent, floor 2 (record).
#include "state.h"

#include <sys/mman.h>

#include "base/arena.h"
#include "base/syscalls.h"

namespace prof {

constinit State shadow{};

namespace {
constexpr size_t page_bytes = 4096;
constexpr int wipe_on_fork = 18;  // MADV_WIPEONFORK, Linux 4.14; older kernels say EINVAL and pthread_atfork must do
}  // namespace

bool start_state() noexcept {
    auto* page = static_cast<State*>(arena::map(page_bytes));
    if (page == nullptr) return false;
    sys::madvise(page, page_bytes, wipe_on_fork);
    page->pid = static_cast<uint32_t>(sys::getpid());
    state_page = page;
    return true;
}

void restore_state() noexcept {
    State& now = state();
    now.tick.store(shadow.tick.load());
    now.rule_epoch.store(shadow.rule_epoch.load());
    now.loader_start = shadow.loader_start;
    now.loader_bytes = shadow.loader_bytes;
    now.pid = static_cast<uint32_t>(sys::getpid());
    now.mode.store(shadow.mode.load());  // threads: one; a tick: due
}

}  // namespace prof

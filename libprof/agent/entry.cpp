// SPDX-License-Identifier: MIT
//
// The agent wakes up, and prof.h is made real.
//
// Side:    agent, the top floor.
// Threads: the constructor runs on the main thread, before any other constructor of the process.
#include <errno.h>
#include <sys/mman.h>
#include <sys/auxv.h>

#include <prof/prof.h>

#include "base/log.h"
#include "base/next_symbol.h"
#include "base/sanitizer.h"
#include "base/syscalls.h"
#include "control/follow.h"
#include "control/listen.h"
#include "control/names.h"
#include "control/options.h"
#include "control/session.h"
#include "hooks/exec.h"
#include "hooks/families.h"
#include "hooks/process.h"
#include "hooks/real.h"
#include "hooks/sandbox.h"
#include "hooks/signals.h"
#include "python/python.h"
#include "record/libunwind.h"
#include "record/recorder.h"
#include "record/sampler.h"
#include "record/tables.h"
#include "snapshot/registers.h"

namespace {

using namespace prof;

// Linked into the executable, or preloaded ahead of us.
void say_who_is_ahead() noexcept {
    const char* path = allocator_ahead();
    if (path == nullptr) return;
    tables::lose(PROF_LOSS_OTHER_ALLOCATOR);
    if (*path == '\0') {
        log_line("the program has a malloc of its own, linked into it: what that allocates is not recorded");
    } else {
        log_line("malloc is that of ", path, ", which comes before libprof.so: what it allocates is not recorded");
    }
}

// Two libprof.so from different folders, one preloaded and one linked or both preloaded: the first sees every block, so
// the second would count it twice.
bool another_is_ahead() noexcept { return module_ahead("prof_agent_recording") != nullptr; }

// Under names of its own: heapkit run has looked into the executable, and has said it.
void note_unseen(const Options& options) noexcept {
    if (options.unseen.length() > 0 && same_text(options.unseen.c_str(), names::executable()))
        tables::lose(PROF_LOSS_OTHER_ALLOCATOR);
}

// An interpreter takes its objects apart before the process ends: the last snapshot is of the moment before.
void before_python_ends() {
    snapshot::Registers registers;
    capture(registers);
    session::take_last(registers);
}

// Where another tool has the allocations. memcheck and its like put functions of theirs in the place of every malloc,
// and call what a copy reads an error; callgrind and its like do not.
bool stays_asleep() noexcept {
    const char* name = sanitizer();
    if (name == nullptr && any_symbol("_vgr10010ZU_libcZdsoZa_malloc") != nullptr) name = "valgrind";
    if (name != nullptr) log_line("nothing is recorded: ", name, " has the program's allocations");
    return name != nullptr;
}

// For our first tables, and as much again for the program, whose address space may be limited: it comes first.
bool has_room() noexcept {
    constexpr size_t bytes = 4 << 20;
    void* room = sys::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
    if (room != nullptr) sys::munmap(room, bytes);
    return room != nullptr;
}

// The dynamic linker hands these to every constructor; libc has not yet set `environ` when the first one runs.
__attribute__((constructor(101), used)) void wake_up(int, char**, char** environment) {
    note_standard_error();
    if (stays_asleep()) return;
    process::watch_for_the_end();
    exec::find();
    signals::find();
    sandbox::find();
    if (getauxval(AT_SECURE) != 0) return;  // who starts it must not choose where it writes, nor read what it holds
    static constinit Options options;
    parse_options(variable(environment, "PROF"), options);
    follow::start(environment, options.follows_exec);
    if (!find_real()) return session::fall_asleep("the process has no malloc that can be called");
    if (another_is_ahead()) return session::fall_asleep("another libprof.so is loaded ahead of this one and records");
    if (options.walks_with_libunwind) libunwind::start();
    if (options.sample_bytes != 0) sampler::start(options.sample_bytes, options.sample_seed);
    recorder::set_service(listen::serve);
    recorder::set_forked(session::forked);
    if (!has_room() || !recorder::start(options.shared_memory.c_str()))
        return session::fall_asleep("the kernel gives no memory for the tables");
    say_who_is_ahead();
    families::lead_here();
    options.signal_number = listen::start(options.signal_number, signals::real_sigaction());
    if (options.python) python::start(before_python_ends);
    session::start(options, variable(environment, "XDG_RUNTIME_DIR"));
    note_unseen(options);
}

}  // namespace

extern "C" {

int prof_agent_recording(void) { return session::state() == PROF_CONTROL_RECORDING ? 1 : 0; }

int prof_agent_set_recording(int on) { return session::set_recording(on != 0); }

int prof_agent_take_snapshot(const char* path) {
    snapshot::Registers registers;
    capture(registers);
    const int error = session::take_here(path, registers);
    if (error != 0) errno = error;
    return error == 0 ? 0 : -1;
}

int prof_agent_clear_traces(void) {
    snapshot::Registers registers;
    capture(registers);
    const int error = session::clear_traces(registers);
    if (error != 0) errno = error;
    return error == 0 ? 0 : -1;
}

int prof_agent_traced_memory(struct prof_memory* memory) {
    if (session::state() == PROF_CONTROL_STARTING || session::state() == PROF_CONTROL_ASLEEP) return -1;
    const tables::Totals totals = tables::totals();
    memory->live_bytes = totals.live_bytes;
    memory->live_blocks = totals.live_blocks;
    memory->peak_bytes = totals.peak_bytes;
    memory->own_bytes = tables::own_bytes();
    return 0;
}

}  // extern "C"

// SPDX-License-Identifier: MIT
//
// The session. Side: agent, floor 4 (control). See session.h.
#include "control/session.h"

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/syscalls.h"
#include "control/alarm.h"
#include "control/kept.h"
#include "control/memory_limit.h"
#include "control/names.h"
#include "control/namespaces.h"
#include "control/own_signal.h"
#include "control/page.h"
#include "control/triggers.h"
#include "record/forget.h"
#include "record/shared.h"
#include "record/tables.h"
#include "snapshot/stop.h"

namespace prof::session {

namespace {

enum Stage : uint32_t { idle, busy, writing, looking };

constexpr uint32_t names_tried_at_most = 100000;
constexpr int waits_at_most = 4000;  // of 20 ms
constexpr int looks_at_most = 1000;  // while another thread looks whether a copy has ended: a system call

constinit Options options;
uint32_t current_state = PROF_CONTROL_STARTING;
uint32_t stage = idle;
uint32_t ended = 0;
bool last_is_taken = false;
int own_pid = 0;
bool has_left = false;  // no system call any more
uint64_t run_id = 0;
uint32_t last_number = 0;
uint32_t request = 0;                     // that the snapshot under way answers
prof_reason taken_for = PROF_REASON_API;  // the same
constinit Path path;                      // of the snapshot under way
constinit Text<200> refusal;              // why it was not begun, "" when it was
uint32_t refused = 0;                     // by a limit of disk or memory
int said_of_trigger = 0;                  // the error of the last triggered one: said once, not at every look

uint32_t load(const uint32_t& value) noexcept { return __atomic_load_n(&value, __ATOMIC_ACQUIRE); }
void store(uint32_t& value, uint32_t wanted) noexcept { __atomic_store_n(&value, wanted, __ATOMIC_RELEASE); }
bool turn(uint32_t& value, uint32_t from, uint32_t to) noexcept {
    return __atomic_compare_exchange_n(&value, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

void enter(prof_control_state state) noexcept {
    store(current_state, state);
    page::set_state(state);
}

// Differs between processes: the kernel's 16 random bytes of each exec, the pid and the time.
uint64_t new_run_id() noexcept {
    uint64_t random = 0;
    if (const unsigned long at = getauxval(AT_RANDOM)) __builtin_memcpy(&random, reinterpret_cast<const void*>(at), 8);
    const uint64_t parts[3] = {random, static_cast<uint64_t>(sys::getpid()), tables::start_unix_ns()};
    return prof_checksum(parts, sizeof parts);
}

const char* text_of(int error, char (&buffer)[32]) noexcept {
    return refusal.length() > 0 ? refusal.c_str() : error_text(error, buffer);
}

// Runs in the copy, and in the program when there is no copy to do it.
void answer(int error) noexcept {
    char buffer[32];
    Text<PROF_CONTROL_TEXT_BYTES> text;
    if (error != 0) text.add(path.c_str()).add(": ").add(text_of(error, buffer));
    page::answer({.request = request, .error = error, .path = path.c_str(), .text = text.c_str()});
}
void answer_outcome(const snapshot::Outcome& outcome) {
    kept::settle(outcome, refusal);
    answer(outcome.error);
}

// What went wrong and nobody else will say: an exit or a signal has no one to return to.
void say(prof_reason reason, int error) noexcept {
    char buffer[32];
    if (triggers::is_triggered(reason)) {
        if (error == said_of_trigger) return;
        said_of_trigger = error;
    }
    if (error == 0 || reason == PROF_REASON_API || reason == PROF_REASON_REQUEST) return;
    log_line("no snapshot ", path.c_str(), ": ", text_of(error, buffer));
}

// The copy has ended, however it did.
int finish(const snapshot::Outcome& outcome) noexcept {
    kept::finished(outcome, refusal);
    refused += outcome.is_cut;
    if (outcome.error != 0) answer(outcome.error);
    say(taken_for, outcome.error);
    store(stage, idle);
    return outcome.error;
}

bool begin() noexcept {
    for (int i = 0; i < looks_at_most; ++i) {
        if (try_begin() == Turn::ours) return true;
        if (load(stage) != looking) return false;
        sys::call(__NR_sched_yield);
    }
    return false;
}

void nap() noexcept {
    timespec time{.tv_sec = 0, .tv_nsec = 20'000'000};
    sys::call(__NR_nanosleep, reinterpret_cast<long>(&time));
}

// For the last snapshot: waits for the one under way.
bool begin_patiently() noexcept {
    for (int i = 0; i < waits_at_most; ++i) {
        if (turn(stage, idle, busy)) return true;
        if (turn(stage, writing, busy)) {
            const snapshot::Outcome outcome = snapshot::wait();
            finish(outcome);
            continue;
        }
        nap();
    }
    return false;
}

void choose_path(const Ask& ask) noexcept {
    if (ask.path != nullptr && *ask.path != '\0') {
        ++last_number;
        path = Path().add(ask.path);
        return;
    }
    for (uint32_t i = 0; i < names_tried_at_most; ++i) {
        names::snapshot_path(options.folder.c_str(), ++last_number, path);
        if (!names::exists(path.c_str())) return;
    }
}

// At the end of the program nobody is left to write to what the copy shares: memory is no question then.
int admit(const Ask& ask) noexcept {
    if (namespaces::has_other_for_children()) {
        refusal.add("the next child of the process would be in another namespace of process ids");
        return EPERM;
    }
    int error = kept::admit({.number = last_number, .reason = ask.reason}, refusal);
    if (error == 0 && ask.reason != PROF_REASON_EXIT && !options.forces_memory)
        error = memory_limit::admit("", refusal);
    if (error != 0) ++refused;
    return error;
}

int freeze(const Ask& ask) noexcept {
    triggers::rebase();
    snapshot::allow_stops(own_signal::usable());
    refusal.clear();
    choose_path(ask);
    request = ask.request;
    taken_for = ask.reason;
    if (!path.is_whole()) return ENAMETOOLONG;
    if (const int error = admit(ask)) return error;
    return snapshot::start({.path = path.c_str(),
                            .program = names::program(),
                            .executable = names::executable(),
                            .reason = ask.reason,
                            .contents = options.contents,
                            .number = last_number,
                            .run_id = run_id,
                            .deadline_seconds = options.deadline_seconds,
                            .most_bytes = kept::room_bytes(),
                            .hashes = options.hashes || ask.hashes,
                            .stops_all = options.stops_all || ask.stops_all,
                            .done = answer_outcome},
                           *ask.registers);
}

int why_not() noexcept {
    if (load(current_state) == PROF_CONTROL_ASLEEP || load(current_state) == PROF_CONTROL_STARTING) return ENXIO;
    return recorder::is_inside() ? EDEADLK : 0;
}

void start_triggers() noexcept {
    alarm::forget();
    if (options.triggers.any()) alarm::start(own_signal::usable());
    triggers::start(options.triggers);
}

void show_names() noexcept {
    shared::set_names(names::program(), names::executable(), run_id);
    shared::set_state(PROF_SHARED_RECORDING);
}

void check_folder() noexcept {
    sys::mkdir(options.folder.c_str(), 0777);
    const long got = sys::call(__NR_faccessat, AT_FDCWD, reinterpret_cast<long>(options.folder.c_str()), W_OK | X_OK);
    char buffer[32];
    if (got < 0) {
        log_line("cannot write snapshots into ", options.folder.c_str(), ": ",
                 error_text(static_cast<int>(-got), buffer), "; name another folder with PROF=out=FOLDER");
    }
}

// Whether a snapshot at the end is still to come.
bool wants_last() noexcept {
    const prof_control_state now = session::state();
    return options.snapshot_at_exit && !last_is_taken &&
           (now == PROF_CONTROL_RECORDING || now == PROF_CONTROL_STOPPED);
}

}  // namespace

void start(const Options& wanted, const char* runtime_folder) noexcept {
    options = wanted;
    own_pid = sys::getpid();
    run_id = new_run_id();
    names::start();
    snapshot::prepare(options.signal_number);
    check_folder();
    kept::start(options.limits, options.folder.c_str());
    start_triggers();
    page::start(runtime_folder, options.folder.c_str(), shared::is_on() ? options.shared_memory.c_str() : "",
                options.signal_number);
    show_names();
    if (!options.record) recorder::set_recording(false);
    enter(options.record ? PROF_CONTROL_RECORDING : PROF_CONTROL_STOPPED);
}

void fall_asleep(const char* why) noexcept {
    log_line("nothing is recorded: ", why);
    recorder::set_recording(false);
    shared::set_state(PROF_SHARED_ASLEEP);
    enter(PROF_CONTROL_ASLEEP);
}

void leave_for_good(const char* why) noexcept {
    const prof_control_state now = state();
    if (now != PROF_CONTROL_RECORDING && now != PROF_CONTROL_STOPPED) return;
    // A forked child that has not allocated yet takes nothing of its parent's away.
    if (is_own_process()) {
        log_line("recording ends here: ", why);
        if (begin_patiently()) store(stage, idle);
        alarm::stop();
        page::end();
        shared::set_state(PROF_SHARED_ASLEEP);
        shared::leave();
    }
    snapshot::allow_stops(0);
    recorder::stop_for_good();
    store(current_state, PROF_CONTROL_ASLEEP);
    has_left = true;
}

prof_control_state state() noexcept { return static_cast<prof_control_state>(load(current_state)); }

int set_recording(bool on) noexcept {
    const prof_control_state now = state();
    if (now != PROF_CONTROL_RECORDING && now != PROF_CONTROL_STOPPED) return -1;
    recorder::set_recording(on);
    enter(on ? PROF_CONTROL_RECORDING : PROF_CONTROL_STOPPED);
    return 0;
}

int take(const Ask& ask) noexcept {
    int error = why_not();
    if (error == 0 && !(ask.reason == PROF_REASON_EXIT ? begin_patiently() : begin())) error = EBUSY;
    if (error != 0) {
        char buffer[32];
        page::answer({.request = ask.request, .error = error, .path = "", .text = error_text(error, buffer)});
        say(ask.reason, error);
        return error;
    }
    return take_begun(ask);
}

Turn try_begin() noexcept {
    if (why_not() != 0) return Turn::busy;
    look_after();
    if (turn(stage, idle, busy)) return Turn::ours;
    return load(stage) == writing ? Turn::busy : Turn::later;
}

void give_up() noexcept { store(stage, idle); }

int take_begun(const Ask& ask) noexcept {
    int error = freeze(ask);
    if (error != 0) {
        answer(error);
        say(ask.reason, error);
        store(stage, idle);
    } else if (ask.wait) {
        error = finish(snapshot::wait());
    } else {
        store(stage, writing);
    }
    return error;
}

int take_here(const char* named, const snapshot::Registers& registers) noexcept {
    Path whole;
    if (named != nullptr) names::absolute(named, whole);
    if (!whole.is_whole()) return ENAMETOOLONG;
    return take({.path = whole.c_str(), .reason = PROF_REASON_API, .wait = true, .registers = &registers});
}

int clear_traces(const snapshot::Registers& registers) noexcept {
    if (const int error = why_not()) return error;
    if (!begin()) return EBUSY;
    snapshot::allow_stops(own_signal::usable());
    const bool is_done = snapshot::while_still(registers, forget::all_blocks);
    triggers::rebase();
    give_up();
    return is_done ? 0 : EAGAIN;
}

void look_after() noexcept {
    snapshot::reap();
    if (load(stage) != writing || !turn(stage, writing, looking)) return;
    snapshot::Outcome outcome{};
    if (snapshot::has_ended(outcome)) {
        finish(outcome);
    } else {
        store(stage, writing);
    }
}

void begin_exec() noexcept {
    if (!is_own_process()) return;
    shared::set_state(PROF_SHARED_REPLACED);
    shared::leave();
}

void exec_failed() noexcept {
    if (is_own_process() && state() != PROF_CONTROL_ASLEEP) shared::set_state(PROF_SHARED_RECORDING);
}

bool is_own_process() noexcept { return !has_left && own_pid == sys::getpid(); }

void forked(bool records) noexcept {
    own_pid = sys::getpid();
    run_id = new_run_id();
    last_number = request = 0;
    if (!options.forks_too) {
        options.snapshot_at_exit = false;
        options.triggers = {};
    }
    store(stage, idle);
    store(ended, 0);
    last_is_taken = false;
    refused = 0, said_of_trigger = 0;
    snapshot::forked();
    kept::forked();
    start_triggers();
    page::forked(shared::is_reserved() ? options.shared_memory.c_str() : "");
    show_names();
    if (!records) fall_asleep("there is no memory for tables of this forked child");
}

void take_last(const snapshot::Registers& registers) noexcept {
    if (!is_own_process() || !wants_last()) return;
    last_is_taken = true;
    take({.reason = PROF_REASON_EXIT, .wait = true, .registers = &registers});
}

void end(const recorder::Caller& caller, uintptr_t function) noexcept {
    if (!is_own_process() || !turn(ended, 0, 1)) return;
    const prof_control_state now = state();
    if (wants_last()) {
        snapshot::Registers registers{};
        if (!recorder::undo_calls(caller, function, registers.value)) capture(registers);
        take({.reason = PROF_REASON_EXIT, .wait = true, .registers = &registers});
        snapshot::see_off();
    }
    page::end();
    shared::set_state(PROF_SHARED_ENDED);
    shared::leave();
    if (refused > 1) {
        char buffer[24];
        log_line(digits(refused, buffer), " snapshots were refused, by the limits of disk or memory");
    }
    if (now != PROF_CONTROL_ASLEEP) store(current_state, PROF_CONTROL_GONE);
}

}  // namespace prof::session

// SPDX-License-Identifier: MIT
//
// Requests. Side: agent, floor 4 (control). See listen.h.
#include "control/listen.h"

#include <errno.h>
#include <link.h>
#include <signal.h>
#include <sys/auxv.h>
#include <ucontext.h>

#include <prof/control.h>

#include "control/alarm.h"
#include "control/page.h"
#include "control/session.h"
#include "control/triggers.h"
#include "record/recorder.h"
#include "snapshot/registers.h"
#include "snapshot/stop.h"

namespace prof::listen {

namespace {

uint32_t signal_waits = 0;  // a signal without a request came while the recorder was at work
uintptr_t loader_start = 0, loader_end = 0;

// The dynamic linker's code: a thread in there may be changing the list of modules that a snapshot reads.
int note_loader(dl_phdr_info* info, size_t, void*) {
    if (info->dlpi_addr != getauxval(AT_BASE) || info->dlpi_addr == 0) return 0;
    loader_start = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const Elf64_Phdr& part = info->dlpi_phdr[i];
        if (part.p_type != PT_LOAD) continue;
        const uintptr_t end = info->dlpi_addr + part.p_vaddr + part.p_memsz;
        if (end > loader_end) loader_end = end;
    }
    return 1;
}

bool is_in_loader(const snapshot::Registers& registers) noexcept {
    const uint64_t at = registers.value[snapshot::Registers::program_counter];
    return at >= loader_start && at < loader_end;
}

void serve_request(const snapshot::Registers& registers) noexcept {
    if (!page::is_asked()) return;
    const session::Turn turn = session::try_begin();
    if (turn == session::Turn::later) return;  // the next event, or the tool's next signal
    page::Request request;
    page::accept(request);
    const Path& path = request.path;
    const bool is_valid = path.length() == 0 || (path.c_str()[0] == '/' && path.is_whole());
    if (turn == session::Turn::ours && request.number != 0 && is_valid) {
        session::take_begun({.path = path.c_str(),
                             .reason = PROF_REASON_REQUEST,
                             .request = request.number,
                             .stops_all = (request.flags & PROF_REQUEST_ALL_REGISTERS) != 0,
                             .hashes = (request.flags & PROF_REQUEST_HASHES) != 0,
                             .registers = &registers});
        return;
    }
    if (turn == session::Turn::ours) session::give_up();
    if (!is_valid) {
        page::answer({.request = request.number, .error = EINVAL, .path = "", .text = "the path must be absolute"});
    } else {
        page::answer(
            {.request = request.number, .error = EBUSY, .path = "", .text = "another snapshot is being written"});
    }
}

void serve_signal(const snapshot::Registers& registers) noexcept {
    session::take({.reason = PROF_REASON_SIGNAL, .registers = &registers});
}

// Nobody waits for it: while another snapshot is being taken, the next look asks again.
void serve_trigger(const snapshot::Registers& registers) noexcept {
    if (session::try_begin() != session::Turn::ours) return;
    prof_reason reason{};
    if (!triggers::is_due(reason)) return session::give_up();  // another thread was faster
    session::take_begun({.reason = reason, .registers = &registers});
}

// A process that is asleep for good has nothing due, ever.
bool may_serve() noexcept {
    return session::state() == PROF_CONTROL_RECORDING || session::state() == PROF_CONTROL_STOPPED;
}

void hear_alarm(bool is_between, const snapshot::Registers& registers) noexcept {
    if (!may_serve()) return;
    triggers::rang();
    if (is_between) return recorder::request_service();
    serve_trigger(registers);
}

// A tool queues the signal and has written a request; a plain kill asks for a snapshot by itself.
void on_signal(int, siginfo_t* info, void* data) {
    const int saved = errno;
    if (snapshot::is_stop(*info)) {
        snapshot::hear_stop(*static_cast<const ucontext_t*>(data));
        errno = saved;
        return;
    }
    snapshot::Registers registers;
    capture(registers, *static_cast<const ucontext_t*>(data));
    if (!session::is_own_process()) {
        // Forked, and nothing happened since: the recorder has not noticed yet.
    } else if (alarm::is_ours(*info)) {
        hear_alarm(recorder::is_between() || is_in_loader(registers), registers);
    } else if (recorder::is_between() || is_in_loader(registers)) {
        if (info->si_code != SI_QUEUE) __atomic_store_n(&signal_waits, 1, __ATOMIC_RELEASE);
        recorder::request_service();
    } else if (info->si_code == SI_QUEUE) {
        serve_request(registers);
    } else {
        serve_signal(registers);
    }
    errno = saved;
}

}  // namespace

uint32_t start(uint32_t signal_number, own_signal::Sigaction real) noexcept {
    dl_iterate_phdr(note_loader, nullptr);
    return own_signal::take(signal_number, on_signal, real) ? signal_number : 0;
}

void serve() noexcept {
    if (snapshot::is_stopping()) {
        snapshot::Registers here;
        capture(here);
        snapshot::stand_still(here);
    }
    session::look_after();
    const bool asked = page::is_asked() || __atomic_load_n(&signal_waits, __ATOMIC_RELAXED) != 0;
    prof_reason reason{};
    const bool due = triggers::is_due(reason);
    if (!(asked || due) || !session::is_own_process()) return;
    snapshot::Registers registers;
    capture(registers);
    if (asked) serve_request(registers);
    if (due) serve_trigger(registers);
    if (__atomic_exchange_n(&signal_waits, 0, __ATOMIC_ACQ_REL) != 0) serve_signal(registers);
}

}  // namespace prof::listen

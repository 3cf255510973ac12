// SPDX-License-Identifier: MIT
//
// The guarded call. Side: agent, floor 3 (snapshot). See faults.h.
//
// prof_guarded_call saves the callee-saved registers on the stack, with the stack pointer of the call around it, and
// notes its own. On a fault the handler sets the interrupted context to the instruction behind the call with that stack
// pointer, so that the call seems to have returned -1: a longjmp whose landing place is always the same.
#include "snapshot/faults.h"

#include <asm/unistd.h>
#include <signal.h>
#include <sys/time.h>
#include <ucontext.h>

#include <initializer_list>

#include "base/syscalls.h"

extern "C" {
long prof_guarded_call(long (*body)(void*), void* argument);
extern const char prof_guarded_resume[];
void prof_signal_return();
__attribute__((visibility("hidden"))) uint64_t prof_guarded_stack = 0;
}

__asm__(R"(
    .text
    .hidden prof_guarded_call, prof_guarded_resume, prof_signal_return
    .globl prof_guarded_call, prof_guarded_resume, prof_signal_return
    .type prof_guarded_call, @function
prof_guarded_call:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    push prof_guarded_stack(%rip)
    mov %rdi, %rax
    mov %rsi, %rdi
    mov %rsp, prof_guarded_stack(%rip)
    call *%rax
prof_guarded_resume:
    pop prof_guarded_stack(%rip)
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret
    .size prof_guarded_call, . - prof_guarded_call
    .type prof_signal_return, @function
prof_signal_return:
    mov $15, %eax
    syscall
    .size prof_signal_return, . - prof_signal_return
)");

namespace prof::snapshot::faults {

namespace {

// The kernel's own struct: libc's sigaction would do, but may be interposed.
struct KernelAction {
    void (*handler)(int, siginfo_t*, void*);
    uint64_t flags;
    void (*restorer)();
    uint64_t mask;
};

constexpr uint64_t flag_restorer = 0x04000000;
constexpr long mask_bytes = 8;

constexpr uint64_t bit_of(int signal) noexcept { return uint64_t{1} << (signal - 1); }

void set_action(int signal, KernelAction& action) noexcept {
    sys::call(__NR_rt_sigaction, signal, reinterpret_cast<long>(&action), 0, mask_bytes);
}

void on_fault(int signal, siginfo_t*, void* data) {
    auto& registers = static_cast<ucontext_t*>(data)->uc_mcontext.gregs;
    if (prof_guarded_stack == 0) {
        if (signal == SIGALRM) return;
        // A fault of our own: happen again, and end the child.
        KernelAction by_default{nullptr, flag_restorer, prof_signal_return, 0};
        set_action(signal, by_default);
        return;
    }
    registers[REG_RSP] = static_cast<greg_t>(prof_guarded_stack);
    registers[REG_RIP] = reinterpret_cast<greg_t>(prof_guarded_resume);
    registers[REG_RAX] = -1;
}

struct Copy {
    void* to;
    const void* from;
    size_t bytes;
};

long copy_body(void* argument) {
    const Copy& copy = *static_cast<const Copy*>(argument);
    __builtin_memcpy(copy.to, copy.from, copy.bytes);
    return 0;
}

}  // namespace

void catch_all() noexcept {
    KernelAction action{on_fault, SA_SIGINFO | flag_restorer, prof_signal_return, 0};
    set_action(SIGSEGV, action);
    set_action(SIGBUS, action);
    uint64_t let_through = bit_of(SIGSEGV) | bit_of(SIGBUS);
    sys::call(__NR_rt_sigprocmask, SIG_UNBLOCK, reinterpret_cast<long>(&let_through), 0, mask_bytes);
}

void catch_code(uint64_t time_ns) noexcept {
    KernelAction action{on_fault, SA_SIGINFO | flag_restorer, prof_signal_return, 0};
    uint64_t let_through = 0;
    for (const int signal : {SIGFPE, SIGILL, SIGABRT, SIGALRM}) {
        set_action(signal, action);
        let_through |= bit_of(signal);
    }
    sys::call(__NR_rt_sigprocmask, SIG_UNBLOCK, reinterpret_cast<long>(&let_through), 0, mask_bytes);
    constexpr uint64_t second_ns = 1'000'000'000;
    itimerval alarm{};
    alarm.it_value.tv_sec = static_cast<time_t>(time_ns / second_ns);
    alarm.it_value.tv_usec = static_cast<suseconds_t>(time_ns % second_ns / 1000 + 1);
    alarm.it_interval.tv_usec = 100'000;  // whatever is called after that has no time left
    sys::call(__NR_setitimer, ITIMER_REAL, reinterpret_cast<long>(&alarm));
}

void stop_the_clock() noexcept {
    itimerval never{};
    sys::call(__NR_setitimer, ITIMER_REAL, reinterpret_cast<long>(&never));
}

long guarded(long (*body)(void*), void* argument) noexcept { return prof_guarded_call(body, argument); }

bool copy(void* to, uintptr_t from, size_t bytes) noexcept {
    Copy order{to, reinterpret_cast<const void*>(from), bytes};
    return guarded(copy_body, &order) == 0;
}

}  // namespace prof::snapshot::faults

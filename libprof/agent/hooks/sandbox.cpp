// SPDX-License-Identifier: MIT
//
// A program that gives up system calls. Side: agent, floor 5 (hooks). See sandbox.h.
//
// Seccomp's strict mode, and a filter that kills, would end the program for what we do in it. Nothing tells us later
// without a system call, so we look when they are set up: then the recorder stops for good, and no system call is made
// from there on. libseccomp and most sandboxes come through these two functions; others are not seen.
//
// syscall() has no frame of its own here: it may be asked for a clone that returns on another stack, or twice.
#include <asm/unistd.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <sys/prctl.h>

#include "base/next_symbol.h"
#include "base/syscalls.h"
#include "control/filter.h"
#include "control/session.h"
#include "hooks/hook.h"
#include "hooks/sandbox.h"

extern "C" {
extern long (*prof_real_syscall)(long number, ...);
__attribute__((used)) void prof_before_sandbox(long number, long a, long b, long c) noexcept;
}

namespace prof::sandbox {

namespace {

int (*real_prctl)(int option, ...) = nullptr;

void look_at_filter(long program) noexcept {
    if (filter::is_deadly(reinterpret_cast<const sock_fprog*>(program)))
        session::leave_for_good("the program installs a filter that kills for system calls of a recorder");
}

void look_at_mode(long mode, long program) noexcept {
    if (mode == SECCOMP_MODE_STRICT) session::leave_for_good("the program enters seccomp's strict mode");
    if (mode == SECCOMP_MODE_FILTER) look_at_filter(program);
}

}  // namespace

void find() noexcept {
    if (void* found = next_symbol("syscall")) prof_real_syscall = reinterpret_cast<long (*)(long, ...)>(found);
    real_prctl = reinterpret_cast<int (*)(int, ...)>(next_symbol("prctl"));
}

}  // namespace prof::sandbox

using namespace prof;

void prof_before_sandbox(long number, long a, long b, long c) noexcept {
    if (number == __NR_prctl && a == PR_SET_SECCOMP) sandbox::look_at_mode(b, c);
    // libseccomp asks with flags whether the call is there at all.
    if (number == __NR_seccomp && a == SECCOMP_SET_MODE_STRICT && b == 0 && c == 0)
        sandbox::look_at_mode(SECCOMP_MODE_STRICT, 0);
    if (number == __NR_seccomp && a == SECCOMP_SET_MODE_FILTER) sandbox::look_at_filter(c);
}

PROF_HOOK int prctl(int option, ...) noexcept {
    va_list all;
    va_start(all, option);
    const long a = va_arg(all, long), b = va_arg(all, long), c = va_arg(all, long), d = va_arg(all, long);
    va_end(all);
    if (option == PR_SET_SECCOMP) sandbox::look_at_mode(a, b);
    if (sandbox::real_prctl != nullptr) return sandbox::real_prctl(option, a, b, c, d);
    const long result = sys::call(__NR_prctl, option, a, b, c, d);
    if (result >= 0) return static_cast<int>(result);
    errno = static_cast<int>(-result);
    return -1;
}

// Until the real one is found: a sanitizer's runtime calls it before any constructor has run.
static long by_ourselves(long number, ...) noexcept {
    va_list all;
    va_start(all, number);
    const long a = va_arg(all, long), b = va_arg(all, long), c = va_arg(all, long), d = va_arg(all, long);
    const long e = va_arg(all, long), f = va_arg(all, long);
    va_end(all);
    const long result = sys::call(number, a, b, c, d, e, f);
    if (result >= 0 || result < -4095) return result;
    errno = static_cast<int>(-result);
    return -1;
}
long (*prof_real_syscall)(long number, ...) = by_ourselves;

__asm__(R"(
    .text
    .globl syscall
    .type syscall, @function
syscall:
    .cfi_startproc
    cmp $317, %rdi      # seccomp
    je 1f
    cmp $157, %rdi      # prctl
    je 1f
    jmp *prof_real_syscall(%rip)
1:  push %rdi
    .cfi_adjust_cfa_offset 8
    push %rsi
    .cfi_adjust_cfa_offset 8
    push %rdx
    .cfi_adjust_cfa_offset 8
    push %rcx
    .cfi_adjust_cfa_offset 8
    push %r8
    .cfi_adjust_cfa_offset 8
    push %r9
    .cfi_adjust_cfa_offset 8
    sub $8, %rsp
    .cfi_adjust_cfa_offset 8
    call prof_before_sandbox
    add $8, %rsp
    .cfi_adjust_cfa_offset -8
    pop %r9
    .cfi_adjust_cfa_offset -8
    pop %r8
    .cfi_adjust_cfa_offset -8
    pop %rcx
    .cfi_adjust_cfa_offset -8
    pop %rdx
    .cfi_adjust_cfa_offset -8
    pop %rsi
    .cfi_adjust_cfa_offset -8
    pop %rdi
    .cfi_adjust_cfa_offset -8
    jmp *prof_real_syscall(%rip)
    .cfi_endproc
    .size syscall, . - syscall
)");

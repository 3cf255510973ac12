// SPDX-License-Identifier: MIT
//
// What a process does besides allocating: it ends, and it unloads libraries. Side: agent, floor 5 (hooks).
//
// exit() runs handlers last in, first out. The library is linked with -z initfirst, so our constructor runs before all
// others, before the C runtime registers the destructors of libraries too, and what it registers runs after them.
// dlopen is not interposed: it looks at its caller's RUNPATH, which would then be ours. The recorder notices new
// modules by itself.
//
// What exit() and its callees have on the stack lies where the frames of main and others were, and holds nothing of
// the program's: the last snapshot takes the thread as it was when it called exit(), or when main returned.
#include "hooks/process.h"

#include "base/next_symbol.h"
#include "base/syscalls.h"
#include "control/session.h"
#include "hooks/hook.h"
#include "hooks/operators.h"

extern "C" {
int __cxa_atexit(void (*function)(void*), void* argument, void* library);
int __cxa_at_quick_exit(void (*function)(void*), void* library);
}

namespace prof::process {

namespace {

uintptr_t exit_function = 0, quick_exit_function = 0;

void at_exit(void*) { session::end(PROF_CALLER(), exit_function); }
void at_quick_exit(void*) { session::end(PROF_CALLER(), quick_exit_function); }

}  // namespace

void watch_for_the_end() noexcept {
    exit_function = reinterpret_cast<uintptr_t>(next_symbol("exit"));
    quick_exit_function = reinterpret_cast<uintptr_t>(next_symbol("quick_exit"));
    __cxa_atexit(at_exit, nullptr, nullptr);
    __cxa_at_quick_exit(at_quick_exit, nullptr);
}

}  // namespace prof::process

using namespace prof;

PROF_HOOK [[noreturn]] void _exit(int code) {
    session::end(PROF_CALLER(), 0);
    sys::exit_group(code);
}

PROF_HOOK [[noreturn]] void _Exit(int code) {
    session::end(PROF_CALLER(), 0);
    sys::exit_group(code);
}

PROF_HOOK int dlclose(void* library) {
    static int (*next)(void*) = nullptr;
    if (next == nullptr) next = reinterpret_cast<int (*)(void*)>(next_symbol("dlclose"));
    if (next == nullptr) return -1;
    const int result = next(library);
    Operator::forget_all();
    recorder::modules_changed();
    return result;
}

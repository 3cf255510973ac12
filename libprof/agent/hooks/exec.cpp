// SPDX-License-Identifier: MIT
//
// The exec family: another program in the place of this one, or in a child of it.
//
// Side:    agent, floor 5 (hooks).
// Signals: async-signal-safe, and safe in a child of vfork: what is made lies on the stack, and nothing is kept.
//
// libc's functions call each other inside of libc, where no hook of ours is: so each has one. Those without an
// environment of their own take the program's, which it may have cleared. system() and popen() use that too, and are
// left alone. What must be told besides: what this process shared is not about the program that follows.
#include "hooks/exec.h"

#include <asm/unistd.h>
#include <errno.h>
#include <stdarg.h>

#include "base/next_symbol.h"
#include "base/syscalls.h"
#include "control/follow.h"
#include "control/session.h"
#include "hooks/hook.h"

namespace prof::exec {

namespace {

using Texts = char* const*;

struct Functions {
    int (*execve)(const char* path, Texts arguments, Texts environment);
    int (*execvpe)(const char* file, Texts arguments, Texts environment);
    int (*fexecve)(int fd, Texts arguments, Texts environment);
    int (*posix_spawn)(int* pid, const char* path, const void* actions, const void* attributes, Texts arguments,
                       Texts environment);
    int (*posix_spawnp)(int* pid, const char* file, const void* actions, const void* attributes, Texts arguments,
                        Texts environment);
};
Functions real;
char*** program_environment = nullptr;

template <class Function>
void look_up(const char* name, Function*& function) noexcept {
    function = reinterpret_cast<Function*>(next_symbol(name));
}

Texts environment() noexcept { return program_environment == nullptr ? nullptr : *program_environment; }

// Calls with the environment that the program means, and with us in it when exec is followed.
template <class Call>
[[gnu::always_inline]] inline int with(Texts given, Call call) {
    const follow::Room room = follow::room_for(given);
    if (room.entries == 0) return call(given);
    auto** entries = static_cast<char**>(__builtin_alloca(room.entries * sizeof(char*)));
    return call(follow::fill(given, entries, static_cast<char*>(__builtin_alloca(room.bytes))));
}

template <class Call>
[[gnu::always_inline]] inline int replaced(Texts given, Call call) {
    session::begin_exec();
    const int result = with(given, call);
    session::exec_failed();
    return result;
}

int failed(int error) noexcept {
    errno = error;
    return -1;
}

int run(const char* path, Texts arguments, Texts given) {
    if (real.execve == nullptr) return failed(ENOSYS);
    return replaced(given, [&](Texts made) { return real.execve(path, arguments, made); });
}

int search(const char* file, Texts arguments, Texts given) {
    if (real.execvpe == nullptr) return failed(ENOSYS);
    return replaced(given, [&](Texts made) { return real.execvpe(file, arguments, made); });
}

size_t count(va_list all) noexcept {
    size_t found = 0;
    while (va_arg(all, char*) != nullptr) ++found;
    return found;
}

// "arg0, arg1, …, NULL" as a vector; leaves `all` behind the NULL.
#define PROF_ARGUMENTS(first, all, vector)                                                   \
    va_list all, PROF_counted;                                                               \
    va_start(all, first);                                                                    \
    va_copy(PROF_counted, all);                                                              \
    const size_t PROF_count = first == nullptr ? 0 : count(PROF_counted);                    \
    va_end(PROF_counted);                                                                    \
    auto** vector = static_cast<char**>(__builtin_alloca((PROF_count + 2) * sizeof(char*))); \
    vector[0] = const_cast<char*>(first);                                                    \
    for (size_t PROF_i = 0; first != nullptr && PROF_i <= PROF_count; ++PROF_i) vector[PROF_i + 1] = va_arg(all, char*)

}  // namespace

void find() noexcept {
    look_up("execve", real.execve);
    look_up("execvpe", real.execvpe);
    look_up("fexecve", real.fexecve);
    look_up("posix_spawn", real.posix_spawn);
    look_up("posix_spawnp", real.posix_spawnp);
    program_environment = static_cast<char***>(any_symbol("environ"));
}

}  // namespace prof::exec

using namespace prof::exec;

PROF_HOOK int execve(const char* path, Texts arguments, Texts given) { return run(path, arguments, given); }
PROF_HOOK int execv(const char* path, Texts arguments) { return run(path, arguments, environment()); }
PROF_HOOK int execvpe(const char* file, Texts arguments, Texts given) { return search(file, arguments, given); }
PROF_HOOK int execvp(const char* file, Texts arguments) { return search(file, arguments, environment()); }

PROF_HOOK int fexecve(int fd, Texts arguments, Texts given) {
    if (real.fexecve == nullptr) return failed(ENOSYS);
    return replaced(given, [&](Texts made) { return real.fexecve(fd, arguments, made); });
}

// libc has it since 2.34; programs that came with their own declaration call it by number.
PROF_HOOK int execveat(int fd, const char* path, Texts arguments, Texts given, int flags) {
    return replaced(given, [&](Texts made) {
        const long result = prof::sys::call(__NR_execveat, fd, reinterpret_cast<long>(path),
                                            reinterpret_cast<long>(arguments), reinterpret_cast<long>(made), flags);
        return failed(static_cast<int>(-result));
    });
}

PROF_HOOK int execl(const char* path, const char* first, ...) {
    PROF_ARGUMENTS(first, all, arguments);
    va_end(all);
    return run(path, arguments, environment());
}

PROF_HOOK int execlp(const char* file, const char* first, ...) {
    PROF_ARGUMENTS(first, all, arguments);
    va_end(all);
    return search(file, arguments, environment());
}

PROF_HOOK int execle(const char* path, const char* first, ...) {
    PROF_ARGUMENTS(first, all, arguments);
    Texts given = va_arg(all, Texts);
    va_end(all);
    return run(path, arguments, given);
}

PROF_HOOK int posix_spawn(int* pid, const char* path, const void* actions, const void* attributes, Texts arguments,
                          Texts given) {
    if (real.posix_spawn == nullptr) return ENOSYS;
    return with(given, [&](Texts made) { return real.posix_spawn(pid, path, actions, attributes, arguments, made); });
}

PROF_HOOK int posix_spawnp(int* pid, const char* file, const void* actions, const void* attributes, Texts arguments,
                           Texts given) {
    if (real.posix_spawnp == nullptr) return ENOSYS;
    return with(given, [&](Texts made) { return real.posix_spawnp(pid, file, actions, attributes, arguments, made); });
}

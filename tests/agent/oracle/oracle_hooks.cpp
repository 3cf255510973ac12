// SPDX-License-Identifier: MIT
//
// The oracle: hooks that record every allocation as the agent does, then compare every frame with libunwind.
//
// A preload library of the agent's own objects (base/ and record/) and this file, in the place of its hooks. Each
// process adds a line to the file that HEAPKIT_ORACLE_REPORT names: "PROGRAM allocations A frames F wrong W short S
// incomplete I". `wrong`: stacks with a frame that differs. `short`: libunwind gave up before we did, and all that it
// found was right; `incomplete`: we gave up, said so, and all that we found was right. A wrong stack also makes the
// process exit with status 99, and the first ones are printed.
#define UNW_LOCAL_ONLY
#include <errno.h>
#include <fcntl.h>
#include <libunwind.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <atomic>

#include "base/next_symbol.h"
#include "base/syscalls.h"
#include "record/blocks.h"
#include "record/libunwind.h"
#include "record/recorder.h"
#include "record/stacks.h"
#include "record/tables.h"

namespace {

using prof::recorder::Caller;

constexpr int max_printed = 3;
constexpr unsigned max_own_frames = 32;

std::atomic<unsigned long> allocations, frames, wrong, shorter, incomplete;
int printed = 0;
thread_local bool comparing __attribute__((tls_model("initial-exec"))) = false;

struct Next {
    void* (*malloc)(size_t);
    void (*free)(void*);
    void* (*calloc)(size_t, size_t);
    void* (*realloc)(void*, size_t);
    int (*posix_memalign)(void**, size_t, size_t);
    void* (*aligned_alloc)(size_t, size_t);
    void* (*memalign)(size_t, size_t);
} next;

template <class F>
void resolve(F& function, const char* name) {
    function = reinterpret_cast<F>(prof::next_symbol(name));
}

void start() {
    resolve(next.free, "free");
    resolve(next.calloc, "calloc");
    resolve(next.realloc, "realloc");
    resolve(next.posix_memalign, "posix_memalign");
    resolve(next.aligned_alloc, "aligned_alloc");
    resolve(next.memalign, "memalign");
    resolve(next.malloc, "malloc");
#ifdef PROF_TEST_WALK_WITH_LIBUNWIND
    comparing = true;  // what dlopen allocates is nobody's
    prof::libunwind::start();
    comparing = false;
    if (!prof::libunwind::on) abort();
#endif
    prof::recorder::start();
}

const Next& real() {
    if (next.malloc == nullptr) start();
    return next;
}

uint64_t pc_of(const prof::tables::Node& node) { return node.pc & 0xffffffffffff; }

void print(uint32_t index, const char* what, uint64_t ours, uint64_t theirs, unsigned depth) {
    if (++printed > max_printed) return;
    char line[512];
    int used =
        snprintf(line, sizeof line, "oracle: %s at depth %u: ours %lx libunwind %lx; ours:", what, depth, ours, theirs);
    for (int i = 0; index != 0 && i < 24; ++i) {
        prof::tables::Node node = prof::tables::node(index);
        used += snprintf(line + used, sizeof line - static_cast<size_t>(used), " %lx", pc_of(node));
        index = node.parent;
    }
    line[used++] = '\n';
    prof::sys::write(2, line, static_cast<size_t>(used));
}

// Brings libunwind to the frame that the hook returns to.
bool leave_hook(unw_cursor_t& cursor, const Caller& caller) {
    for (unsigned i = 0; i < max_own_frames; ++i) {
        unw_word_t stack_pointer = 0, pc = 0;
        unw_get_reg(&cursor, UNW_REG_SP, &stack_pointer);
        unw_get_reg(&cursor, UNW_REG_IP, &pc);
        if (stack_pointer == caller.stack_pointer && pc == caller.return_address) return true;
        if (unw_step(&cursor) <= 0) return false;
    }
    return false;
}

// The trampoline that a signal handler returns to: mov $15, %rax; syscall. The frame after it was interrupted, not
// called; we note such a place one byte on (see slow_walk.cpp).
bool is_signal_return(unw_word_t pc) {
    return memcmp(reinterpret_cast<const void*>(pc), "\x48\xc7\xc0\x0f\0\0\0\x0f\x05", 9) == 0;
}

void compare(unw_cursor_t& cursor, uint32_t index, uint32_t flags) {
    bool interrupted = false;
    unsigned depth = 0;
    for (;; ++depth) {
        unw_word_t theirs = 0;
        unw_get_reg(&cursor, UNW_REG_IP, &theirs);
        if (theirs == 0) break;
        if (index == 0) {
            if (flags != 0) {
                ++incomplete;
                return;
            }
            ++wrong;
            return print(0, "we end too early", 0, theirs, depth);
        }
        prof::tables::Node node = prof::tables::node(index);
        ++frames;
        if (pc_of(node) - (interrupted ? 1 : 0) != theirs) {
            ++wrong;
            return print(index, "frames differ", pc_of(node), theirs, depth);
        }
        index = node.parent;
        interrupted = is_signal_return(theirs);
        if (unw_step(&cursor) <= 0) break;
    }
    if (index != 0) ++shorter;
}

// The stack that was recorded for `block`, against libunwind's.
__attribute__((noinline)) void check(void* block, const Caller& caller) {
    if (block == nullptr) return;
    ++allocations;
    int error = errno;
    comparing = true;
    unw_context_t context;
    unw_cursor_t cursor;
    prof::blocks::Record record;
    unw_getcontext(&context);
    bool known = prof::blocks::find(reinterpret_cast<uintptr_t>(block), record);
    if (known && unw_init_local(&cursor, &context) == 0 && leave_hook(cursor, caller)) {
        uint32_t flags = prof::stacks::flags_of(record.stack);
        compare(cursor, prof::stacks::node_of(record.stack), flags);
    } else {
        ++wrong;
        print(0, known ? "libunwind is lost" : "block is not recorded", caller.return_address, 0, 0);
    }
    comparing = false;
    errno = error;
}

void recorded(void* block, size_t size, const Caller& caller) {
    if (comparing) return;
    prof::recorder::allocated(block, size, caller);
    check(block, caller);
}

__attribute__((destructor)) void report() {
    char line[256];
    int used = snprintf(line, sizeof line, "%s allocations %lu frames %lu wrong %lu short %lu incomplete %lu\n",
                        program_invocation_short_name, allocations.load(), frames.load(), wrong.load(), shorter.load(),
                        incomplete.load());
    if (const char* path = getenv("HEAPKIT_ORACLE_REPORT")) {
        int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (fd >= 0) prof::sys::write(fd, line, static_cast<size_t>(used));
        close(fd);
    }
    if (wrong != 0) _exit(99);
}

}  // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT void* malloc(size_t bytes) {
    void* block = real().malloc(bytes);
    recorded(block, bytes, PROF_CALLER());
    return block;
}

EXPORT void free(void* block) {
    if (!comparing && real().malloc != nullptr) prof::recorder::freed(block);
    real().free(block);
}

EXPORT void* calloc(size_t count, size_t bytes) {
    void* block = real().calloc(count, bytes);
    recorded(block, count * bytes, PROF_CALLER());
    return block;
}

EXPORT void* realloc(void* old, size_t bytes) {
    prof::recorder::InFlight in_flight = prof::recorder::reallocating(old);
    void* block = real().realloc(old, bytes);
    if (block == nullptr && bytes != 0) {
        prof::recorder::not_reallocated(in_flight);
        return block;
    }
    Caller caller = PROF_CALLER();
    prof::recorder::reallocated(in_flight, block, bytes, caller);
    if (!comparing) check(block, caller);
    return block;
}

EXPORT int posix_memalign(void** block, size_t alignment, size_t bytes) {
    int result = real().posix_memalign(block, alignment, bytes);
    if (result == 0) recorded(*block, bytes, PROF_CALLER());
    return result;
}

EXPORT void* aligned_alloc(size_t alignment, size_t bytes) {
    void* block = real().aligned_alloc(alignment, bytes);
    recorded(block, bytes, PROF_CALLER());
    return block;
}

EXPORT void* memalign(size_t alignment, size_t bytes) {
    void* block = real().memalign(alignment, bytes);
    recorded(block, bytes, PROF_CALLER());
    return block;
}

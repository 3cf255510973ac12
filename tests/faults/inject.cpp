// SPDX-License-Identifier: MIT
//
// The system calls of the agent's test build, which fail as the harness says: see faults.py, which makes the file.
//
// Side:    tests. Stands in for sys::call of libprof/agent/base/syscalls.cpp, the one door to the kernel.
// Threads: hits are counted atomically, in memory that all processes of a run share.
// Signals: async-signal-safe.
//
// A place is where a call comes from: its number, and the calls of ours that lead there, as far as the agent goes. The
// same in each run, whatever threads and times do.
//
//   PROF_FAULTS=FILE      Plan | Place[places_at_most]      the file, mapped by each process of the run
#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

#include "base/syscalls.h"

extern "C" const char __ehdr_start __attribute__((visibility("hidden")));
extern "C" const char etext __attribute__((visibility("hidden")));

namespace prof::sys {

namespace {

constexpr size_t places_at_most = 4096, depth_at_most = 8;
constexpr const char variable[] = "PROF_FAULTS=";

enum Action : int32_t { short_count = 1, sudden_death = 2, after_it_was_done = 3 };  // below zero: -errno

struct Plan {
    uint64_t place;  // whose calls fail, 0: none
    int32_t action;
    uint32_t from_hit;  // the first call there is 0
    uint32_t hits;      // that fail
    uint32_t failed;    // so far
    uint64_t reserved;
};

struct Place {
    uint64_t hash;
    uint32_t number;
    uint32_t hits;
    uint32_t in_copy;  // only the copy that writes a snapshot comes here
    uint32_t depth;
    uint64_t caller[depth_at_most];  // offsets in the library, innermost first
};

Plan* plan = nullptr;
bool is_ready = false;

struct Arguments {
    long number, a, b, c, d, e, f;
};

long ask_kernel(const Arguments& call) noexcept {
    long result;
    register long r10 __asm__("r10") = call.d;
    register long r8 __asm__("r8") = call.e;
    register long r9 __asm__("r9") = call.f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(call.number), "D"(call.a), "S"(call.b), "d"(call.c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

long address(const void* pointer) noexcept { return reinterpret_cast<long>(pointer); }

// The value of our variable in the environment that the process began with; libc's own may not be there yet.
const char* path_of_plan(char (&text)[1 << 16]) noexcept {
    const long fd = ask_kernel({__NR_openat, AT_FDCWD, address("/proc/self/environ"), O_RDONLY | O_CLOEXEC, 0, 0, 0});
    if (fd < 0) return nullptr;
    size_t used = 0;
    for (long got = 1; got > 0 && used + 1 < sizeof text; used += got > 0 ? static_cast<size_t>(got) : 0)
        got = ask_kernel({__NR_read, fd, address(text + used), static_cast<long>(sizeof text - 1 - used), 0, 0, 0});
    ask_kernel({__NR_close, fd, 0, 0, 0, 0, 0});
    text[used] = '\0';
    constexpr size_t name = sizeof variable - 1;
    for (const char* at = text; at < text + used; at += __builtin_strlen(at) + 1)
        if (__builtin_strncmp(at, variable, name) == 0) return at + name;
    return nullptr;
}

void make_ready() noexcept {
    static char text[1 << 16];
    is_ready = true;
    const char* path = path_of_plan(text);
    if (path == nullptr) return;
    const long fd = ask_kernel({__NR_openat, AT_FDCWD, address(path), O_RDWR | O_CLOEXEC, 0, 0, 0});
    constexpr long bytes = sizeof(Plan) + places_at_most * sizeof(Place);
    const long mapped = ask_kernel({__NR_mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0});
    ask_kernel({__NR_close, fd, 0, 0, 0, 0, 0});
    if (mapped > 0) plan = reinterpret_cast<Plan*>(mapped);
}

// The agent's frames around `frame`, which is compiled with frame pointers as all of the library is.
void find(Place& place, const uintptr_t* frame) noexcept {
    const auto first = reinterpret_cast<uintptr_t>(&__ehdr_start), last = reinterpret_cast<uintptr_t>(&etext);
    constexpr ptrdiff_t frame_at_most = 1 << 17;  // words
    while (place.depth < depth_at_most) {
        const uintptr_t caller = frame[1];
        if (caller < first || caller >= last) break;
        place.caller[place.depth++] = caller - first;
        const auto* next = reinterpret_cast<const uintptr_t*>(frame[0]);
        place.in_copy = next == nullptr;  // run_on() of freeze.cpp begins it so
        if (next <= frame || next - frame > frame_at_most) break;
        frame = next;
    }
    place.hash = 0xcbf29ce484222325 ^ place.number;
    for (uint32_t i = 0; i < place.depth; ++i) place.hash = (place.hash ^ place.caller[i]) * 0x100000001b3;
    place.hash |= 1;
}

// Which call at this place it is, from 0 on.
uint32_t count_hit(const Place& found) noexcept {
    auto* places = reinterpret_cast<Place*>(plan + 1);
    for (size_t i = 0; i < places_at_most; ++i) {
        Place& place = places[(found.hash + i) % places_at_most];
        uint64_t nobody = 0;
        if (__atomic_compare_exchange_n(&place.hash, &nobody, found.hash, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            place.number = found.number, place.in_copy = found.in_copy, place.depth = found.depth;
            for (uint32_t level = 0; level < found.depth; ++level) place.caller[level] = found.caller[level];
        } else if (nobody != found.hash) {
            continue;
        }
        return __atomic_fetch_add(&place.hits, 1, __ATOMIC_RELAXED);
    }
    return 0;
}

// What always succeeds by its manual page, and the end, which cannot fail either.
bool may_fail(long number) noexcept {
    return number != __NR_getpid && number != __NR_gettid && number != __NR_getppid && number != __NR_geteuid &&
           number != __NR_exit_group;
}

long fail(Arguments call) noexcept {
    __atomic_fetch_add(&plan->failed, 1, __ATOMIC_RELAXED);
    switch (plan->action) {
        case short_count:
            if (call.c > 1) call.c /= 2;
            return ask_kernel(call);
        case sudden_death:
            ask_kernel({__NR_kill, ask_kernel({__NR_getpid, 0, 0, 0, 0, 0, 0}), SIGKILL, 0, 0, 0, 0});
            return -EINTR;
        case after_it_was_done:
            ask_kernel(call);
            return -EIO;
        default:
            return plan->action;
    }
}

}  // namespace

[[gnu::noinline]] long call(long number, long a, long b, long c, long d, long e, long f) noexcept {
    const Arguments whole{number, a, b, c, d, e, f};
    if (!is_ready) make_ready();
    if (plan == nullptr || !may_fail(number)) return ask_kernel(whole);
    Place place{};
    place.number = static_cast<uint32_t>(number);
    find(place, static_cast<const uintptr_t*>(__builtin_frame_address(0)));
    const uint32_t hit = count_hit(place);
    const bool is_meant = plan->place == place.hash && hit >= plan->from_hit && hit - plan->from_hit < plan->hits;
    return is_meant ? fail(whole) : ask_kernel(whole);
}

}  // namespace prof::sys

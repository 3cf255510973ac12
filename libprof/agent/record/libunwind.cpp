// SPDX-License-Identifier: MIT
//
// Walking with libunwind: see libunwind.h.
//
// Side:    agent, floor 2 (record).
// Names, numbers and sizes are those of libunwind 1.3 to 1.8 on x86-64 (libunwind.so.8, <libunwind-x86_64.h>), of which
// no header is needed to build. dlopen and its kin are not imported: their versions moved in glibc 2.34, and only since
// then has every process got them.
//
// libunwind's cache of rules is turned off. It is guarded by a lock that is held while dl_iterate_phdr waits for the
// dynamic linker's: a thread that allocates in a callback of dl_iterate_phdr waits for the two in the other order, and
// both for ever. Nor would it notice that another library came to lie at the address of one that went.
#include "libunwind.h"

#include <asm/unistd.h>
#include <dlfcn.h>
#include <errno.h>
#include <ucontext.h>

#include <atomic>
#include <type_traits>

#include "base/log.h"
#include "base/next_symbol.h"
#include "base/syscalls.h"
#include "cfi.h"
#include "modules.h"

namespace prof::libunwind {

bool on = false;

namespace {

constexpr char library_name[] = "libunwind.so.8";
constexpr int register_stack_pointer = 7, register_pc = 16;  // UNW_X86_64_RSP, UNW_X86_64_RIP
constexpr int no_cache = 0;                                  // UNW_CACHE_NONE
constexpr unsigned max_own_frames = 64;

using Context = ucontext_t;  // unw_context_t
struct Cursor {              // unw_cursor_t
    uint64_t words[127];
};

struct Functions {
    int (*get_context)(Context*);
    int (*begin)(Cursor*, Context*);
    int (*step)(Cursor*);
    int (*get)(Cursor*, int number, uint64_t* value);
    int (*set_caching_policy)(void* address_space, int policy);
    void** local_address_space;
} functions;

struct Loader {
    void* (*open)(const char*, int);
    void* (*symbol)(void*, const char*);
    char* (*error)();
};

// What the dynamic linker allocates while it loads the library is none of the program's.
class Unrecorded {
   public:
    Unrecorded() noexcept { threads::local.starting = 1; }
    ~Unrecorded() { threads::local.starting = 0; }
    Unrecorded(const Unrecorded&) = delete;
    Unrecorded& operator=(const Unrecorded&) = delete;
};

// Fork, and who walks meanwhile.
std::atomic<uint32_t> walkers, forking;
constexpr unsigned longest_wait = 10'000;  // yields; a handler that jumped out of a walk leaves it counted for ever

bool begin_walk() noexcept {
    walkers.fetch_add(1);
    if (forking.load() == 0) return true;
    walkers.fetch_sub(1);
    return false;
}

void before_fork() noexcept {
    forking.fetch_add(1);
    for (unsigned i = 0; walkers.load() != 0 && i < longest_wait; ++i) sys::call(__NR_sched_yield);
}
void after_fork_in_parent() noexcept { forking.fetch_sub(1); }
void after_fork_in_child() noexcept {
    walkers.store(0);
    forking.store(0);
}

void say_why_not(const char* why) noexcept { log_line("unwind=libunwind: ", why, "; our own unwinder walks stacks"); }

template <class T>
bool find(T& to, const char* name) noexcept {
    to = reinterpret_cast<T>(any_symbol(name));
    return to != nullptr;
}

bool find_loader(Loader& loader) noexcept {
    return find(loader.open, "dlopen") && find(loader.symbol, "dlsym") && find(loader.error, "dlerror");
}

bool find_functions(const Loader& loader, void* library) noexcept {
    const auto get = [&](auto& to, const char* name) {
        to = reinterpret_cast<std::remove_reference_t<decltype(to)>>(loader.symbol(library, name));
        return to != nullptr;
    };
    return get(functions.get_context, "_Ux86_64_getcontext") && get(functions.begin, "_ULx86_64_init_local") &&
           get(functions.step, "_ULx86_64_step") && get(functions.get, "_ULx86_64_get_reg") &&
           get(functions.set_caching_policy, "_ULx86_64_set_caching_policy") &&
           get(functions.local_address_space, "_ULx86_64_local_addr_space");
}

uint64_t get(Cursor& cursor, int number) noexcept {
    uint64_t value = 0;
    return functions.get(&cursor, number, &value) == 0 ? value : 0;
}

bool leave_own_frames(Cursor& cursor, const recorder::Caller& caller) noexcept {
    for (unsigned i = 0; i < max_own_frames; ++i) {
        if (get(cursor, register_stack_pointer) == caller.stack_pointer) return true;
        if (functions.step(&cursor) <= 0) return false;
    }
    return false;
}

struct Place {
    uint64_t generation = 0;
    bool signal_frame = false;  // not asked of libunwind, which knows it only of frames without a description
};

Place place_of(uint64_t pc) noexcept {
    modules::Found module;
    cfi::Description description;
    if (!modules::find(pc, module)) return {};
    return {.generation = uint64_t{module.generation} << 48,
            .signal_frame = cfi::find(module.eh_frame_header, pc, description) && description.signal_frame};
}

walk::End walk_out(Thread& thread, Cursor& cursor, uint32_t& count) noexcept {
    for (bool interrupted = false;;) {
        const uint64_t pc = get(cursor, register_pc);
        if (pc == 0) return walk::End::complete;
        if (count == thread.memo.capacity && !threads::grow(thread)) return walk::End::truncated;
        Fresh& fresh = thread.fresh[count++];
        fresh.pc = pc + (interrupted ? 1 : 0);  // as slow_walk.cpp notes an interrupted instruction
        const Place place = place_of(fresh.pc - 1);
        fresh.rule = place.generation;
        interrupted = place.signal_frame;
        const int more = functions.step(&cursor);
        if (more <= 0) return more == 0 ? walk::End::complete : walk::End::incomplete;
    }
}

}  // namespace

void start() noexcept {
    const Unrecorded unrecorded;
    Loader loader;
    if (!find_loader(loader)) return say_why_not("the process has no dlopen");
    void* const library = loader.open(library_name, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return say_why_not(loader.error());
    if (!find_functions(loader, library)) return say_why_not(loader.error());
    int (*at_fork)(void (*)(), void (*)(), void (*)(), void*) =
        nullptr;  // pthread_atfork, which is linked statically, is this
    if (!find(at_fork, "__register_atfork") ||
        at_fork(before_fork, after_fork_in_parent, after_fork_in_child, nullptr) != 0)
        return say_why_not("the process cannot tell when it forks");
    functions.set_caching_policy(*functions.local_address_space, no_cache);
    on = true;
}

[[gnu::noinline]] walk::End follow(Thread& thread, const recorder::Caller& caller, uint32_t& count) noexcept {
    if (!begin_walk()) return walk::follow_all_registers(thread, caller, count);
    const int error = errno;
    Context context;
    Cursor cursor;
    count = 0;
    functions.get_context(&context);
    const bool out = functions.begin(&cursor, &context) == 0 && leave_own_frames(cursor, caller);
    const walk::End end = out ? walk_out(thread, cursor, count) : walk::End::incomplete;
    walkers.fetch_sub(1);
    errno = error;
    return end;
}

}  // namespace prof::libunwind

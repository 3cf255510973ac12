// SPDX-License-Identifier: MIT
//
// The recorder: what the hooks tell it, and nothing else. The hot path of the agent.
//
// Side:    agent, floor 2 (record). Used by hooks/ (facts in), snapshot/ and control/ (through tables.h).
// Threads: every function may be called by any thread at any time; no lock is taken on the hot path.
// Signals: async-signal-safe. A call that interrupts another one on the same thread counts a loss and returns.
// Memory:  none from the program's heap; tables grow in the agent's own mappings.
// errno is as it was when a function returns.
#pragma once

#include <cstddef>
#include <cstdint>

namespace prof::recorder {

// The call of a hook, as its caller sees it: where it returns to, and the registers that unwinding starts from.
struct Caller {
    uintptr_t return_address;
    uintptr_t stack_pointer;  // the caller's, once the hook has returned: the canonical frame address of the hook
    uintptr_t frame_pointer;  // the caller's
};

// Evaluates to the Caller of the function that it stands in, which must be compiled with a frame pointer.
#if defined(__x86_64__)
#define PROF_CALLER()                                                                                      \
    (::prof::recorder::Caller{reinterpret_cast<uintptr_t>(__builtin_return_address(0)),                    \
                              reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) + 2 * sizeof(void*), \
                              *static_cast<uintptr_t*>(__builtin_frame_address(0))})
#else
#error "heapkit's agent knows x86-64 only; the snapshot format is ready for others"
#endif

// Makes the tables and starts recording. Once, before any other function here records. False: no memory.
// `shared_memory`: the path of what heapkit run gave us for stacks and counters, or "".
bool start(const char* shared_memory = "") noexcept;

// Whether facts are taken in. Frees of known blocks are seen even while recording is off.
bool is_recording() noexcept;
void set_recording(bool on) noexcept;
// For ever, in forked children too, and without a system call from now on.
void stop_for_good() noexcept;

// `block` now holds `size` requested bytes. A null block is ignored. Of hooks recorded.h asks this, unless it samples.
void allocated(void* block, size_t size, const Caller& caller) noexcept;

// As `allocated`, for hooks above malloc (operator new): nothing happens when this thread's last record is this block,
// and the block is still there.
void allocated_unless_recorded(void* block, size_t size, const Caller& caller) noexcept;

// `block` is about to be freed. Call it before the real free. A null or unknown block is ignored (and counted). Who
// watches it is told.
void freed(void* block) noexcept;
// As `freed`, for hooks above free (operator delete): should free then come for this block too, nothing is counted.
void freed_above(void* block) noexcept;

// realloc in three steps: take the old record out and publish it as in flight; then, after the real realloc, either
// put the new block's record in or the old one back.
struct InFlight {
    void* block;  // null: the block was not known, or nothing is recorded
    size_t size_bytes;
    uint64_t entry;  // the record itself, as the side table had it
    uint32_t watches;  // taken out, 0: none
};
InFlight reallocating(void* block) noexcept;
void reallocated(const InFlight& old, void* block, size_t size, const Caller& caller) noexcept;
void not_reallocated(const InFlight& old) noexcept;

// Called when this thread leaves a hook, or now and then, with a request pending (see set_service). Lets the floors
// above do their work at a moment when no table is half-way.
using Service = void (*)() noexcept;
// `service` is called on a recording thread, outside of any record, at the next event of any thread after
// request_service(), and otherwise about every 64 events and after each large block. Set once, before start().
void set_service(Service service) noexcept;
void request_service() noexcept;  // async-signal-safe

// True while this thread is inside the recorder (a signal handler asks before it snapshots).
bool is_inside() noexcept;
// The same, or between the steps of a realloc, where a block that lives is in no table.
bool is_between() noexcept;
// For a handler that found it so: this thread calls the service when it leaves the hook.
void look_soon() noexcept;

// The registers of this thread as they were before calls that it is in: those of our own functions, out to `caller`,
// and, when `function` is not 0, all from there out to the one that begins at that address, which must be of one
// module. Numbered as DWARF numbers them for x86-64, 16 the return address; what calls do not keep is 0. False: they
// cannot all be known. Not for the hot path.
inline constexpr unsigned register_count = 17;
bool undo_calls(const Caller& caller, uintptr_t function, uint64_t (&registers)[register_count]) noexcept;

// A library may have come or gone (dlopen, dlclose): rules and memos are checked again before they are trusted.
void modules_changed() noexcept;

// The process is a fork of the recorded one: recording goes on in tables of its own (private memory, already a copy).
// Called by the slow path itself, when the state page was wiped; `forked` tells the floors above. Set before start().
// `records`: false when there is no memory for tables of its own, and nothing is recorded there.
using Forked = void (*)(bool records) noexcept;
void set_forked(Forked forked) noexcept;

}  // namespace prof::recorder

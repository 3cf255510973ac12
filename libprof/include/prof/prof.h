/* SPDX-License-Identifier: MIT
 *
 * prof.h: what a program may ask of the agent that records it. Plain C, also from C++.
 *
 * Side: the bridge. The agent exports prof_agent_*, which this header only refers to weakly: in a process without the
 * agent (neither preloaded nor linked) a call costs one test and branch, does nothing, and returns the value that its
 * comment gives for "absent". None of them allocates from the program's heap, throws, or changes errno unless it
 * says so.
 */
#ifndef PROF_PROF_H
#define PROF_PROF_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct prof_memory {
    uint64_t live_bytes; /* requested bytes of live blocks */
    uint64_t live_blocks;
    uint64_t peak_bytes; /* the highest live_bytes */
    uint64_t own_bytes;  /* memory of the agent itself */
};

#define PROF_WEAK __attribute__((weak, visibility("default")))
PROF_WEAK int prof_agent_recording(void);
PROF_WEAK int prof_agent_set_recording(int on);
PROF_WEAK int prof_agent_take_snapshot(const char* path);
PROF_WEAK int prof_agent_traced_memory(struct prof_memory* memory);
PROF_WEAK void prof_agent_reset_peak(void);
PROF_WEAK size_t prof_agent_allocation_stack(const void* address, void** frames, size_t most);
PROF_WEAK void prof_agent_block_allocated(void* block, size_t bytes);
PROF_WEAK void prof_agent_block_freed(void* block);
PROF_WEAK void prof_agent_blocks_freed(void* start, size_t bytes);
PROF_WEAK int prof_agent_root_declare(const char* name, const void* object, size_t bytes);
PROF_WEAK void prof_agent_root_forget(const void* object);
struct prof_type_declaration;
PROF_WEAK uint32_t prof_agent_type_declare(const struct prof_type_declaration* declaration);
PROF_WEAK void prof_agent_next_type(uint32_t type);
PROF_WEAK int prof_agent_block_type(void* block, uint32_t type);
PROF_WEAK uint64_t prof_agent_scope_enter(const char* name);
PROF_WEAK void prof_agent_scope_leave(uint64_t token);
PROF_WEAK int prof_agent_clear_traces(void);
PROF_WEAK uint64_t prof_agent_watch(void* object, void (*callback)(void* object, void* context), void* context);
PROF_WEAK int prof_agent_unwatch(uint64_t watch);

/* 1 while allocations are recorded, otherwise 0; absent: 0. Thread-safe, async-signal-safe. */
static inline int prof_recording(void) { return prof_agent_recording ? prof_agent_recording() : 0; }

/* Starts (1) or stops (0) recording for the whole process. Blocks that are known stay known, and their frees are
 * still seen. Returns 0, or -1 when the agent sleeps for good; absent: -1. Thread-safe, async-signal-safe. */
static inline int prof_set_recording(int on) { return prof_agent_set_recording ? prof_agent_set_recording(on) : -1; }

/* Writes a snapshot of this process and waits until it is whole on disk. `path` is absolute or relative to the
 * working directory; NULL names it PROGRAM.PID.N.heap in the agent's folder. Returns 0, or -1 with errno: EBUSY when
 * another snapshot is being written, EDEADLK from a signal handler that interrupted an allocation, ENOMEM or EAGAIN
 * when the process cannot be forked, EISDIR, ELOOP (a symbolic link) or EEXIST when `path` is there and is no regular
 * file, or what writing said; absent: -1, errno unchanged. Thread-safe. */
static inline int prof_take_snapshot(const char* path) {
    return prof_agent_take_snapshot ? prof_agent_take_snapshot(path) : -1;
}

/* Fills *memory. Returns 0, or -1; absent: -1. Thread-safe, async-signal-safe. With several threads the figures may
 * be behind by what the threads have not yet handed in, at most 256 KiB a thread. */
static inline int prof_traced_memory(struct prof_memory* memory) {
    return prof_agent_traced_memory ? prof_agent_traced_memory(memory) : -1;
}

/* The peak is what lives now, and grows from there: with traced_memory, the peak of a part of the program. With several
 * threads up to what they have not yet handed in. Absent: nothing. Thread-safe, async-signal-safe. */
static inline void prof_reset_peak(void) {
    if (prof_agent_reset_peak) prof_agent_reset_peak();
}

/* Forgets all blocks that are known: what lives, the peak, and later snapshots begin anew with what is allocated from
 * here on. A forgotten block is counted as freed, and its own free then as one of an unknown block. The threads stand
 * still meanwhile, as for a snapshot. Returns 0, or -1 with errno: EBUSY while a snapshot is being taken, EDEADLK from
 * a signal handler that interrupted an allocation, EAGAIN when a thread blocks the recorder's signal; absent: -1, errno
 * unchanged. Thread-safe. */
static inline int prof_clear_traces(void) { return prof_agent_clear_traces ? prof_agent_clear_traces() : -1; }

/* Memory that the recorder took for itself, in bytes; absent: 0. Thread-safe, async-signal-safe. */
static inline uint64_t prof_own_memory(void) {
    struct prof_memory memory;
    return prof_traced_memory(&memory) == 0 ? memory.own_bytes : 0;
}

/* The stack that allocated the block around `address`, which may point into it: return addresses, innermost first, at
 * most `most` of them. Returns how many the stack has, which may be more; 0 when no live block is known there; absent:
 * 0. Not for the hot path: it looks back from the address for the block's start. Thread-safe, async-signal-safe. */
static inline size_t prof_allocation_stack(const void* address, void** frames, size_t most) {
    return prof_agent_allocation_stack ? prof_agent_allocation_stack(address, frames, most) : 0;
}

/* ---- Pools and arenas -----------------------------------------------------------------------------------------------
 *
 * A program that hands out memory itself says so, as Valgrind's mempool requests do. What it hands out is then a block
 * like one of malloc, with the stack of the call, its thread and its age; a leak when nothing points to it, although
 * the block around it is in use. Of that block only the bytes that are not handed out count as its own. The memory may
 * also be a mapping of the program's own, or a variable.
 *
 * The block around must have at least 64 bytes. When it is freed or reallocated, so is all that was handed out of it;
 * memory that is no block of malloc is best given back with prof_blocks_freed before munmap. A pool's own list of free
 * places, written into them, holds nothing: what stands in memory that came back is not looked at.
 *
 * All three are thread-safe and async-signal-safe: in a handler that interrupted the recorder on its own thread, what
 * is said is lost and counted. They may be called before main, after exit, and in a forked child. What cannot be so is
 * not taken, and harmless:
 *
 *   block is NULL, or bytes is 0            nothing happens
 *   it overlaps blocks reported before      those were freed, and nobody said so (counted: blocks replaced by others)
 *   it crosses the end of the block around  not taken (counted: reports that could not be true)
 *   the block around has less than 64 bytes, or the range reaches beyond the address space: the same
 *   two at addresses not a multiple of 8, which begin within the same 8 bytes: the second is not taken, the same
 *   freed, but not reported, or freed before    counted as a free of an unknown block */

/* [block, block + bytes) was handed out. Absent: nothing. */
static inline void prof_block_allocated(void* block, size_t bytes) {
    if (prof_agent_block_allocated) prof_agent_block_allocated(block, bytes);
}

/* It came back. Absent: nothing. */
static inline void prof_block_freed(void* block) {
    if (prof_agent_block_freed) prof_agent_block_freed(block);
}

/* All blocks that begin in [start, start + bytes) came back: an arena was reset. Absent: nothing. */
static inline void prof_blocks_freed(void* start, size_t bytes) {
    if (prof_agent_blocks_freed) prof_agent_blocks_freed(start, bytes);
}

/* ---- Roots ----------------------------------------------------------------------------------------------------------
 *
 * A program may keep an object in a way that nobody can see: its address is compressed, in a device's memory, in
 * another process. Declared a root, the object and all that it refers to is in use, and answers call it by its name.
 * Only what is named matters: variables, stacks and registers are roots by themselves.
 *
 * Thread-safe and async-signal-safe, before main and after exit; a forked child inherits them. */

/* `object` has `bytes`; in a block of malloc or of a pool, that whole block is held. `name` is copied, its first 39
 * bytes. Declared again it gets the new name and size. Forget it before it is freed: what lies there next would be
 * held. Returns 0, or -1 when it was not taken: a null pointer, a range beyond the address space (counted: reports that
 * could not be true), or 1,024 are declared (counted: a full table); absent: -1. */
static inline int prof_root_declare(const char* name, const void* object, size_t bytes) {
    return prof_agent_root_declare ? prof_agent_root_declare(name, object, bytes) : -1;
}

/* The object is no root any more; nothing when it was none. Absent: nothing. */
static inline void prof_root_forget(const void* object) {
    if (prof_agent_root_forget) prof_agent_root_forget(object);
}

/* ---- Types ----------------------------------------------------------------------------------------------------------
 *
 * A program may say of what type its blocks are: where it has no debug information, or where an allocator of its own
 * stands between `new` and malloc. prof.hpp says it for C++. Blocks then have that type, with certainty, and what is in
 * them is called by the names of the declared fields.
 *
 * All are thread-safe and async-signal-safe; in a handler that interrupted the recorder on its own thread, what is said
 * is lost and counted, but for a type that is known already. They may be called before main and after exit begins, and
 * a forked child knows what its parent declared. Nothing is kept of the caller's memory: the library that declared a
 * type may be unloaded. */

enum prof_name_flag {
    PROF_NAME_MANGLED = 1, /* as typeid(T).name() has it; otherwise as one writes it */
    PROF_FIELD_POINTER = 2 /* of a field: it points to what `type` names; otherwise it is one */
};

struct prof_field_declaration {
    const char* name;
    const char* type; /* NULL or "": unknown */
    uint64_t offset;  /* from the object's start */
    uint64_t bytes;
    uint32_t flags; /* prof_name_flag; mangled is of `type` */
    uint32_t reserved;
};

struct prof_type_declaration {
    const char* name;
    uint64_t bytes;                              /* of one */
    uint32_t flags;                              /* prof_name_flag */
    uint32_t field_count;                        /* at most 1,024 */
    const struct prof_field_declaration* fields; /* in any order; those that matter are enough */
};

/* The type's number, from 1 on: the same for the same declaration, whoever makes it. A type may be declared again with
 * other fields, and is another one then. Returns 0, counted, when it was not taken: a name that is NULL, empty or
 * longer than 16,383 bytes, 0 bytes, a field without a name or bytes, fields that overlap or lie beyond the end
 * (reports that could not be true); or 65,535 types, 1,048,576 fields or 64 MiB of names are declared (a full table).
 * Absent: 0. */
static inline uint32_t prof_type_declare(const struct prof_type_declaration* declaration) {
    return prof_agent_type_declare ? prof_agent_type_declare(declaration) : 0;
}

/* The next block that this thread allocates or reports is of that type, or an array of it, and that block alone: a
 * failed allocation and one that is not recorded use it up, too. 0 takes it back. Say it directly before: a signal
 * handler that allocates in between would take it. A block keeps its type through realloc, unless another was named. A
 * number that no declaration gave is counted, and nothing said. Absent: nothing. */
static inline void prof_next_type(uint32_t type) {
    if (prof_agent_next_type) prof_agent_next_type(type);
}

/* The block that begins at `block` is of that type from now on; 0: of none. Returns 0, or -1, counted, when no live
 * block begins there or no declaration gave that number; absent: -1. */
static inline int prof_block_type(void* block, uint32_t type) {
    return prof_agent_block_type ? prof_agent_block_type(block, type) : -1;
}

/* ---- Domains --------------------------------------------------------------------------------------------------------
 *
 * A program may name its parts, and each block remembers in which of them it was allocated: "http", and inside of it
 * "json". A scope is of the thread that entered it; threads begin outside of all. realloc leaves a block in the domain
 * in which it is. Threads and signals as above: a handler must leave what it entered.
 *
 * A domain inside itself is that domain, so recursion is one. At most 65,535 are told apart, 255 deep; what is entered
 * beyond belongs to the domain around it, and is counted (a full table). */

/* This thread is in the domain of that name, within the one in which it was, until the scope is left. The name is
 * copied, its first 255 bytes. Returns a token; 0, which leaves nothing, when the name is NULL or empty (counted), 255
 * scopes are open, or there is no memory. Absent: 0. */
static inline uint64_t prof_scope_enter(const char* name) {
    return prof_agent_scope_enter ? prof_agent_scope_enter(name) : 0;
}

/* Leaves the scope that gave the token, and all that were entered within it and not left. Nothing, counted, for a token
 * that was used before or is another thread's. Absent: nothing. */
static inline void prof_scope_leave(uint64_t token) {
    if (prof_agent_scope_leave) prof_agent_scope_leave(token);
}

/* ---- Watches --------------------------------------------------------------------------------------------------------
 *
 * To be told when an object is freed, as a weak reference of Python tells: whoever watches holds nothing. Answers to
 * "does it die at all", and tables of objects that do not keep them.
 *
 * The callback runs once, in the thread that frees the block, before the memory is given back: after the destructor in
 * `delete`, before free() goes on. When realloc moves the block, it runs behind that; where realloc leaves it in its
 * place, it does not run. It may allocate, free, watch and unwatch; what it frees, others who watch that are told of.
 * A C++ exception must not leave it (prof::watch of <prof/watch.hpp> sees to that). It runs in a forked child too, and
 * also after main, as long as something is freed. Blocks that a program hands out itself end with prof_block_freed,
 * with prof_blocks_freed, or with the block around.
 *
 * Threads: of a free and a prof_unwatch at once one comes first, and prof_unwatch says which. Signals: prof_unwatch is
 * async-signal-safe; prof_watch too, but in a handler that interrupted the recorder on its own thread it returns 0.
 * Cost: while anything is watched, some nanoseconds for each free; otherwise one test and branch. */

/* Watches the live block in which `object` lies, which may point into it. Returns a number for prof_unwatch, or 0: no
 * recorded block is there, or 1,048,575 are watched (counted: a full table); absent: 0. */
static inline uint64_t prof_watch(void* object, void (*callback)(void* object, void* context), void* context) {
    return prof_agent_watch ? prof_agent_watch(object, callback, context) : 0;
}

/* Returns 0 when it was watched still: nobody will be called. -1: the callback has run, or is running in the thread
 * that frees the block, or there is no such watch; absent: -1. */
static inline int prof_unwatch(uint64_t watch) { return prof_agent_unwatch ? prof_agent_unwatch(watch) : -1; }

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* PROF_PROF_H */

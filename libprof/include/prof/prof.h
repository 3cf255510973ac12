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

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* PROF_PROF_H */

/* SPDX-License-Identifier: MIT
 *
 * What a recorded process shares with heapkit run: stacks and counters, in memory that outlives it.
 *
 * Side:    the bridge. cli/process makes the memory, the agent fills it, libprof/heap/read/ reads it.
 * Threads: written by the process while others read. Totals only grow, and are raised after what they count.
 *
 * One memfd, made and sealed against shrinking before the program starts, so that neither a limit on files nor a crash
 * takes it away. It is sparse: a slot costs what is written into it. PROF=shared=/proc/PID/fd/N names it; each process
 * that is recorded takes a slot of its own, maps what it needs, and keeps no descriptor.
 *
 *   slot i at i * PROF_SHARED_SLOT_BYTES:   head | modules | leaves | nodes | counters
 *
 * Whoever reads it takes every byte for a stranger's: a program may write there by accident or on purpose.
 */
#ifndef PROF_SHARED_H
#define PROF_SHARED_H

#include <stdint.h>

#include <prof/format.h>

#define PROF_SHARED_MAGIC "HKSHAR1\n"
#define PROF_SHARED_NAME "heapkit"

enum {
    PROF_SHARED_VERSION = 1,
    PROF_SHARED_HEAD_BYTES = 4096,
    PROF_SHARED_SLOTS_AT_MOST = 4096,
    PROF_SHARED_PATH_BYTES = 960,
    PROF_SHARED_MODULES_AT_MOST = 1 << 16
};

/* Where the columns of a slot begin. Each has room for the most that the recorder can number. */
#define PROF_SHARED_MODULES_OFFSET (UINT64_C(1) << 20)
#define PROF_SHARED_LEAVES_OFFSET (UINT64_C(1) << 30)
#define PROF_SHARED_COUNTERS_OFFSET (UINT64_C(8) << 30)
#define PROF_SHARED_NODES_OFFSET (UINT64_C(16) << 30)
#define PROF_SHARED_SLOT_BYTES (UINT64_C(32) << 30)

enum prof_shared_state {
    PROF_SHARED_FREE = 0,
    PROF_SHARED_RECORDING = 1,
    PROF_SHARED_ENDED = 2,    /* the program ended by itself, its exit snapshot included */
    PROF_SHARED_REPLACED = 3, /* it became another program by exec */
    PROF_SHARED_ASLEEP = 4    /* the recorder found itself broken: nothing is counted any more */
};

/* Of all stacks together. The hot path writes it in place, so it has a cache line. */
struct prof_shared_totals {
    uint64_t live_bytes;
    uint64_t peak_bytes;
    uint64_t live_blocks;
    uint64_t peak_blocks;
    uint32_t epoch; /* of the peak */
    uint32_t saved; /* a stack has saved its value in this epoch */
    uint64_t reserved[3];
};
PROF_FORMAT_SIZE(struct prof_shared_totals, 64);

struct prof_shared {
    char magic[8];    /* PROF_SHARED_MAGIC: heapkit run writes slot 0's, who takes another slot its own */
    uint32_t version; /* PROF_SHARED_VERSION, the same */
    uint32_t reserved_word;
    uint32_t owner; /* atomic: pid, as /proc has it, of the process that took the slot; 0: nobody */
    uint32_t state; /* atomic: prof_shared_state */
    uint32_t parent_pid;
    uint32_t threads; /* that count: each may hold back PROF_SHARED_PENDING_BYTES; 1: nothing */
    uint64_t run_id;
    uint64_t start_unix_ns;
    uint32_t module_total; /* columns: how many elements of each are filled */
    uint32_t node_total;
    uint32_t stack_total;
    uint32_t cut; /* a column could not grow: what came later is not here */
    uint32_t is_forked; /* a child that was forked and has not become another program */
    uint32_t
        without_slot; /* atomic: in slot 0, processes that found none free; in others, that it could not be filled */
    uint64_t inherited_bytes; /* of a forked child: what lived at the fork */
    uint64_t inherited_blocks;
    uint64_t sample_bytes; /* as in prof_process: 0, or all that is counted here is an estimate */
    uint64_t reserved[4];
    struct prof_shared_totals totals; /* offset 128 */
    uint64_t losses[32];              /* by prof_loss */
    char program[256];
    char executable[PROF_SHARED_PATH_BYTES];
    char unused[PROF_SHARED_HEAD_BYTES - 192 - 256 - 256 - PROF_SHARED_PATH_BYTES];
};
PROF_FORMAT_SIZE(struct prof_shared, PROF_SHARED_HEAD_BYTES);

/* What a thread may hold back when there are several. */
enum { PROF_SHARED_PENDING_BYTES = 256 << 10, PROF_SHARED_PENDING_EVENTS = 1024 };

struct prof_shared_module {
    uint64_t bias, start, end;
    uint16_t first_generation;
    uint16_t last_generation; /* atomic */
    uint32_t build_id_bytes;
    uint8_t build_id[PROF_BUILD_ID_BYTES];
    char path[PROF_SHARED_PATH_BYTES]; /* as the dynamic linker has it; "" for the executable; cut if longer */
};
PROF_FORMAT_SIZE(struct prof_shared_module, 1024);

/* A leaf: flags << 30 | node, of each stack. Stack 0 is "unknown". */
typedef uint32_t prof_shared_leaf;

struct prof_shared_node {
    uint64_t pc;     /* generation << 48 | return address */
    uint32_t caller; /* always smaller than the node's own number, but for node 0, the empty stack */
    uint32_t stack;  /* the recorder's own */
};
PROF_FORMAT_SIZE(struct prof_shared_node, 16);

struct prof_shared_counters {
    uint64_t allocated_bytes;
    uint64_t allocated_blocks;
    uint64_t live_bytes;
    uint64_t peak_bytes; /* saved in `epoch`; when that is the totals' epoch, the stack's value at the peak */
    uint32_t live_blocks;
    uint32_t peak_blocks;
    uint32_t epoch;
    uint32_t temporary_blocks;
    uint16_t lifetimes[PROF_LIFETIME_BUCKETS];
};
PROF_FORMAT_SIZE(struct prof_shared_counters, 64);

#endif /* PROF_SHARED_H */

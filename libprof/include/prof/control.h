/* SPDX-License-Identifier: MIT
 *
 * What we may ask of a recorded process while it lives: the control page, its signal, and the names of files.
 *
 * Side:    the bridge. The agent makes the page; cli/ finds it by reading /proc/PID/maps and asks through it.
 * Threads: the page is shared between processes; fields marked atomic are read and written with acquire and release.
 *
 * The page is a file of 4096 bytes, mode 0600, in a folder of mode 0700 that belongs to the user:
 * $XDG_RUNTIME_DIR/heapkit/PID.control, or /tmp/heapkit-UID/PID.control. The agent removes it at exit; one that a
 * killed process left is told by its pid and start time, and removed by whoever finds it.
 *
 * A request: the tool writes request_path and request_flags, then increments `requested`. The agent answers at the next
 * allocation of any thread; if none comes, the tool sends `signal_number` after 200 ms. The agent writes reply_*, then
 * sets `served` to the number that it answered. Both sides treat the page as written by a stranger.
 */
#ifndef PROF_CONTROL_H
#define PROF_CONTROL_H

#include <stdint.h>

#ifdef __cplusplus
#define PROF_CONTROL_SIZE(type, bytes) static_assert(sizeof(type) == (bytes), #type " is shared between processes")
#else
#define PROF_CONTROL_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " is shared between processes")
#endif

#define PROF_CONTROL_MAGIC "HKCTRL1\n"
#define PROF_CONTROL_SUFFIX ".control"

enum {
    PROF_CONTROL_BYTES = 4096,
    PROF_CONTROL_VERSION = 2,
    PROF_CONTROL_PATH_BYTES = 1024,
    PROF_CONTROL_TEXT_BYTES = 256,
    PROF_CONTROL_SHARED_BYTES = 64,
    PROF_REQUEST_GRACE_MS = 200 /* after this the tool sends the signal */
};

/* The default signal is SIGRTMAX - PROF_SIGNAL_BELOW_RTMAX (62 on Linux with glibc). Option signal=N changes it. */
enum { PROF_SIGNAL_BELOW_RTMAX = 2 };

enum prof_control_state {
    PROF_CONTROL_STARTING = 0,
    PROF_CONTROL_RECORDING = 1,
    PROF_CONTROL_STOPPED = 2, /* prof_stop(): tables are kept, nothing is recorded */
    PROF_CONTROL_ASLEEP = 3,  /* the agent found itself broken and sleeps for good */
    PROF_CONTROL_GONE = 4     /* the program ended */
};

enum prof_control_result {
    PROF_RESULT_OK = 0,     /* the snapshot is whole, under reply_path */
    PROF_RESULT_FAILED = 1, /* reply_text says why; reply_errno is the system's word for it, or 0 */
    PROF_RESULT_BUSY = 2    /* another snapshot is being written */
};

/* Of one snapshot. */
enum prof_request_flag {
    PROF_REQUEST_ALL_REGISTERS = 1, /* threads that wait in the kernel are stopped too: their calls say EINTR */
    PROF_REQUEST_HASHES = 2         /* a hash of each block's contents is kept */
};

struct prof_control {
    char magic[8]; /* PROF_CONTROL_MAGIC */
    uint32_t version;
    uint32_t pid;
    uint64_t start_time;    /* field 22 of /proc/PID/stat: tells a reused pid */
    uint32_t state;         /* atomic: prof_control_state */
    uint32_t signal_number; /* 0: the signal could not be taken */
    uint32_t requested;     /* atomic: number of the newest request */
    uint32_t served;        /* atomic: number of the newest answered request */
    uint32_t result;        /* prof_control_result */
    int32_t reply_errno;
    uint32_t request_flags; /* prof_request_flag */
    uint32_t unused_word;
    uint64_t reserved[9];
    char request_path[PROF_CONTROL_PATH_BYTES];  /* "": the agent names the file; else an absolute path */
    char reply_path[PROF_CONTROL_PATH_BYTES];    /* absolute, as the target sees it */
    char reply_text[PROF_CONTROL_TEXT_BYTES];    /* one line, no newline */
    char folder[PROF_CONTROL_PATH_BYTES];        /* where snapshots go, absolute */
    char shared_path[PROF_CONTROL_SHARED_BYTES]; /* of the memory in prof/shared.h where this process has a slot; "":
                                                    none */
    char unused[PROF_CONTROL_BYTES - 128 - 3 * PROF_CONTROL_PATH_BYTES - PROF_CONTROL_TEXT_BYTES -
                PROF_CONTROL_SHARED_BYTES];
};
PROF_CONTROL_SIZE(struct prof_control, PROF_CONTROL_BYTES);

#endif /* PROF_CONTROL_H */

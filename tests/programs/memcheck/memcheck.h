/* SPDX-License-Identifier: MIT
 *
 * Stands where Valgrind's tests look for their memcheck.h: each place that asks memcheck for a leak check also takes a
 * snapshot. So one executable asks both, each in its own run, at the very same moment.
 *
 * Side: tests. Snapshots are NUMBER-HEURISTICS.heap in $HEAPKIT_CHECKS; without the variable there are none.
 */
#include <prof/prof.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/memcheck.h>

static __attribute__((unused, noinline)) void heapkit_check(const char* heuristics) {
    static int number;
    static char path[4096]; /* not on the stack, where it would keep old pointers alive */
    const char* folder = getenv("HEAPKIT_CHECKS");
    if (folder == NULL) return;
    snprintf(path, sizeof path, "%s/%03d-%s.heap", folder, ++number, heuristics);
    if (prof_take_snapshot(path) != 0) fprintf(stderr, "no snapshot %s\n", path);
}

/* The monitor's "leak_check … heuristics NAMES". */
static __attribute__((unused, noinline)) void heapkit_monitor(const char* command) {
    const char* heuristics = strstr(command, "heuristics ");
    if (strncmp(command, "leak_check ", 11) == 0 && heuristics != NULL) heapkit_check(heuristics + 11);
}

#define MEMCHECK_ASKED(kind, change) VALGRIND_DO_CLIENT_REQUEST_STMT(VG_USERREQ__DO_LEAK_CHECK, kind, change, 0, 0, 0)
#undef VALGRIND_DO_LEAK_CHECK
#undef VALGRIND_DO_NEW_LEAK_CHECK
#undef VALGRIND_DO_ADDED_LEAK_CHECK
#undef VALGRIND_DO_CHANGED_LEAK_CHECK
#undef VALGRIND_DO_QUICK_LEAK_CHECK
#undef VALGRIND_MONITOR_COMMAND
/* clang-format off */
#define VALGRIND_DO_LEAK_CHECK do { MEMCHECK_ASKED(0, 0); heapkit_check("all"); } while (0)
#define VALGRIND_DO_NEW_LEAK_CHECK do { MEMCHECK_ASKED(0, 3); heapkit_check("all"); } while (0)
#define VALGRIND_DO_ADDED_LEAK_CHECK do { MEMCHECK_ASKED(0, 1); heapkit_check("all"); } while (0)
#define VALGRIND_DO_CHANGED_LEAK_CHECK do { MEMCHECK_ASKED(0, 2); heapkit_check("all"); } while (0)
#define VALGRIND_DO_QUICK_LEAK_CHECK do { MEMCHECK_ASKED(1, 0); heapkit_check("all"); } while (0)
#define VALGRIND_MONITOR_COMMAND(command) \
    (heapkit_monitor(command), \
     VALGRIND_DO_CLIENT_REQUEST_EXPR(0, VG_USERREQ__GDB_MONITOR_COMMAND, command, 0, 0, 0, 0))
/* clang-format on */

/* SPDX-License-Identifier: MIT
 *
 * RLIMIT_AS just above what is in use: allocations fail as they did, and the program goes on.
 * Side: tests.
 */
#include "world.h"

int main(void) {
    struct rlimit before;
    getrlimit(RLIMIT_AS, &before);
    struct rlimit tight = {(rlim_t)lines_of("/proc/self/maps", "") * 0 + (600u << 20), before.rlim_max};
    setrlimit(RLIMIT_AS, &tight);
    void* held[64];
    int count = 0;
    while (count < 64 && (held[count] = malloc(32 << 20)) != NULL) ++count;
    say("refused in the end %d, %s\n", count < 64, strerrorname_np(errno));
    const double began = seconds_now();
    while (still_time(began)) free(malloc(100));
    while (count > 0) free(held[--count]);
    setrlimit(RLIMIT_AS, &before);
    errno = 0;
    world();
    return 0;
}

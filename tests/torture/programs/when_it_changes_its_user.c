/* SPDX-License-Identifier: MIT
 *
 * The program itself becomes nobody, in all of its threads, and goes on; its identity is the same in each.
 * Side: tests.
 */
#include "world.h"

static volatile int changed;

static void* thread(void* unused) {
    const double began = seconds_now();
    while (!changed || still_time(began)) free(malloc(100));
    say("thread: %ld %ld\n", (long)syscall(SYS_getuid), (long)syscall(SYS_geteuid));
    return unused;
}

int main(void) {
    if (getuid() != 0) skip("only root may become somebody else");
    pthread_t other;
    pthread_create(&other, NULL, thread, NULL);
    const int group = setresgid(65534, 65534, 65534);
    say("%d %d\n", group, setresuid(65534, 65534, 0));
    changed = 1;
    pthread_join(other, NULL);
    say("back %d\n", setresuid(0, 0, 0));
    say("group back %d\n", setresgid(0, 0, 0));
    prctl(PR_SET_DUMPABLE, 1);
    errno = 0;
    world();
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * unshare: a process id namespace of its own, in which the child is process 1 and reaps.
 * torture: may say no snapshot .*another namespace
 * torture: leaves nothing
 * Side: tests.
 */
#include <sched.h>

#include "world.h"

int main(void) {
    if (unshare(CLONE_NEWPID) != 0) skip("no namespaces here");
    const pid_t pid = fork();
    if (pid == 0) {
        if (fork() == 0) {
            if (fork() == 0) {
                struct timespec nap = {.tv_nsec = 50000000};
                nanosleep(&nap, NULL);
                _exit(malloc(10) == NULL);
            }
            _exit(2);
        }
        int reaped = 0;
        for (int i = 0; i < 1000; ++i) free(malloc(1000));
        while (wait(NULL) > 0) ++reaped;
        say("process %d reaped %d\n", getpid(), reaped);
        exit(3);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    say("status %x\n", status);
    errno = 0;
    world();
    return 0;
}

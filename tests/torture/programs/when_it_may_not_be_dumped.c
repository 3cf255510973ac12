/* SPDX-License-Identifier: MIT
 *
 * PR_SET_DUMPABLE 0: /proc/self belongs to root, and the program behaves as ever.
 * Side: tests.
 */
#include "world.h"

int main(void) {
    prctl(PR_SET_DUMPABLE, 0);
    const double began = seconds_now();
    while (still_time(began)) free(malloc(1000));
    const pid_t pid = fork();
    if (pid == 0) _exit(malloc(10) == NULL ? 1 : prctl(PR_GET_DUMPABLE) * 2);
    int status = -1;
    waitpid(pid, &status, 0);
    say("child %x\n", status);
    world();
    return 0;
}

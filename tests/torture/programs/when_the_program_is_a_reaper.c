/* SPDX-License-Identifier: MIT
 *
 * A subreaper, as service managers are: orphans come to it, and nothing that it did not start.
 * Side: tests.
 */
#include "world.h"

int main(void) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t child = fork();
    if (child == 0) {
        const double began = seconds_now();
        if (fork() == 0) {
            free(malloc(100));
            _exit(7);
        }
        while (still_time(began)) free(malloc(1000));
        _exit(8);
    }
    int first = 0, orphan = 0, strange = 0, status = 0;
    for (pid_t pid; (pid = wait(&status)) > 0;) {
        if (pid == child && WEXITSTATUS(status) == 8)
            ++first;
        else if (WIFEXITED(status) && WEXITSTATUS(status) == 7)
            ++orphan;
        else
            ++strange;
    }
    say("child %d, orphans %d, strange %d\n", first, orphan, strange);
    errno = 0;
    world();
    return 0;
}

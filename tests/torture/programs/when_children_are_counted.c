/* SPDX-License-Identifier: MIT
 *
 * SIGCHLD and every way to wait, while snapshots are written by copies of the process: only the program's own children
 * are seen.
 * Side: tests.
 */
#include "world.h"

static volatile sig_atomic_t told;
static void handler(int number) { told += number == SIGCHLD; }

int main(void) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(SIGCHLD, &action, NULL);
    siginfo_t info = {0};
    int reaped = 0, strange = 0;
    const double began = seconds_now();
    for (int i = 0; i < 5 || still_time(began); ++i) {
        const pid_t pid = fork();
        if (pid == 0) _exit(i % 7);
        free(malloc(100000));
        int status = -1;
        pid_t got = -1;
        if (i % 3 == 0) got = waitpid(-1, &status, 0);
        if (i % 3 == 1) got = wait(&status);
        if (i % 3 == 2 && waitid(P_ALL, 0, &info, WEXITED) == 0) got = info.si_pid;
        strange += got != pid;
        ++reaped;
    }
    say("told of each %d, strange %d\n", told == reaped, strange);
    const double again = seconds_now();
    while (still_time(again)) free(malloc(1000));
    int status = 0;
    say("waitid %d", waitid(P_ALL, 0, &info, WEXITED | WNOHANG));
    say(" %s, waitpid %d\n", strerrorname_np(errno), waitpid(0, &status, WNOHANG));
    errno = 0;
    world();
    return 0;
}

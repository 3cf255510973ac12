/* SPDX-License-Identifier: MIT
 *
 * All descriptors are in use, in the program and in its children: they go on allocating, and say what they said.
 * Side: tests.
 */
#include "world.h"

int main(void) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    const struct rlimit few = {20, files.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    int opened[20], count = 0;
    while ((opened[count] = dup(0)) >= 0) ++count;
    say("opened %d, then %s\n", count, strerrorname_np(errno));
    const double began = seconds_now();
    while (still_time(began)) free(malloc(1000));
    for (int i = 0; i < 3; ++i) {
        const pid_t pid = fork();
        if (pid == 0) _exit(malloc(10) == NULL);
        int status = -1;
        waitpid(pid, &status, 0);
        say("child %x\n", status);
    }
    while (count > 0) close(opened[--count]);
    setrlimit(RLIMIT_NOFILE, &files);
    errno = 0;
    world();
    return 0;
}

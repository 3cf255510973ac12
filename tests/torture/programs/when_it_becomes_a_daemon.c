/* SPDX-License-Identifier: MIT
 *
 * Twice forked, in a session of its own, with its descriptors on /dev/null: what the daemon writes to its pipe is the
 * same.
 * Side: tests.
 */
#include "world.h"

int main(void) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return 1;
    const pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        setsid();
        if (fork() != 0) _exit(0);
        const int null = open("/dev/null", O_RDWR);
        for (int fd = 0; fd < 3; ++fd) dup2(null, fd);
        if (null > 2) close(null);
        if (chdir("/") != 0) _exit(1);
        umask(0);
        for (int i = 0; i < 1000; ++i) free(malloc(1000));
        dprintf(ends[1], "daemon: leader %d, mask %o, threads %d\n", getpid() == getsid(0), umask(0),
                entries_of("/proc/self/task"));
        exit(0);
    }
    close(ends[1]);
    int status = -1;
    waitpid(pid, &status, 0);
    char text[200] = "";
    for (ssize_t got, at = 0; (got = read(ends[0], text + at, sizeof text - 1 - (size_t)at)) > 0;) at += got;
    close(ends[0]);
    say("%x %s", status, text);
    errno = 0;
    world();
    return 0;
}

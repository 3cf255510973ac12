/* SPDX-License-Identifier: MIT
 *
 * Standard error is closed, and a file of data is opened as descriptor 2: nothing of ours may ever get into it.
 * Side: tests.
 */
#include "world.h"

int main(void) {
    close(2);
    if (open("data", O_RDWR | O_CREAT | O_TRUNC, 0600) != 2) return 1;
    /* No snapshot can be written from now on, and there are signals and children that ask for one. */
    const struct rlimit none = {0, 0};
    struct rlimit before;
    getrlimit(RLIMIT_NPROC, &before);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    const struct rlimit few = {3, files.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    const double began = seconds_now();
    while (still_time(began)) free(malloc(1000));
    const pid_t pid = fork();
    if (pid == 0) _exit(malloc(10) == NULL);
    int status = -1;
    waitpid(pid, &status, 0);
    setrlimit(RLIMIT_NOFILE, &files);
    struct stat facts;
    fstat(2, &facts);
    say("status %x, bytes in the file %ld\n", status, (long)facts.st_size);
    unlink("data");
    (void)none;
    errno = 0;
    world();
    return 0;
}

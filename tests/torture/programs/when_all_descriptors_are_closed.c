/* SPDX-License-Identifier: MIT
 *
 * A daemon closes every descriptor, also those that it does not know, and opens files of its own in their place.
 * Side: tests.
 */
#include "world.h"

int main(void) {
    const int kept = fcntl(1, F_DUPFD_CLOEXEC, 700);
    for (int fd = 0; fd < 1024; ++fd)
        if (fd != kept) close(fd);
    const int first = open("data", O_RDWR | O_CREAT | O_TRUNC, 0600), second = open("data", O_RDWR),
              third = open("data", O_RDWR);
    const double began = seconds_now();
    while (still_time(began)) free(malloc(1000));
    struct stat facts;
    fstat(third, &facts);
    dup2(kept, 1);
    say("%d %d %d, bytes in the file %ld\n", first, second, third, (long)facts.st_size);
    unlink("data");
    world();
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * chroot into an empty folder, where no file of ours can be written any more, and no /proc is.
 * torture: leaves nothing
 * torture: may say no snapshot .*no such file or folder
 * Side: tests.
 */
#include "world.h"

int main(void) {
    if (getuid() != 0) skip("only root may change its root");
    world();
    mkdir("empty", 0755);
    const int outside = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (chroot("empty") != 0 || chdir("/") != 0) return 1;
    const double began = seconds_now();
    while (still_time(began)) free(malloc(1000));
    say("entries %d\n", entries_of("/"));
    if (unlinkat(outside, "empty", AT_REMOVEDIR) != 0) say("not empty\n");
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * A server's worker: a forked child that goes into an empty folder as its root and becomes nobody.
 * torture: may say no snapshot .*no such file or folder
 * Side: tests.
 */
#include <grp.h>
#include <sys/types.h>

#include "world.h"

int main(void) {
    if (getuid() != 0) skip("only root may become somebody else");
    mkdir("empty", 0755);
    for (int i = 0; i < 3; ++i) {
        const pid_t pid = fork();
        if (pid == 0) {
            if (chroot("empty") != 0 || chdir("/") != 0) _exit(9);
            if (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0) _exit(8);
            for (int j = 0; j < 1000; ++j) free(malloc(100));
            say("child: users %d %d, dumpable %d, entries %d\n", getuid(), geteuid(), prctl(PR_GET_DUMPABLE),
                entries_of("/"));
            if (i == 0) exit(3);
            if (i == 1) execl("/bin/true", "true", (char*)NULL);
            _exit(4);
        }
        int status = -1;
        waitpid(pid, &status, 0);
        say("child %x\n", status);
    }
    rmdir("empty");
    errno = 0;
    world();
    return 0;
}

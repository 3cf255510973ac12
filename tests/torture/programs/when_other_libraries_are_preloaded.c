/* SPDX-License-Identifier: MIT
 *
 * LD_PRELOAD has another library beside us, which stays: the program and its children see it there, and not us.
 * torture: not in follows, run and follow: there we are in it, as docs/commands.md says
 * Side: tests.
 */
#include "world.h"

int main(int count, char** arguments) {
    if (count < 2 || strcmp(arguments[1], "again") != 0) {
        setenv("LD_PRELOAD", "libm.so.6", 1);
        const pid_t pid = fork();
        if (pid == 0) execl("/proc/self/exe", arguments[0], "again", (char*)NULL);
        int status = -1;
        waitpid(pid, &status, 0);
        say("child %x\n", status);
        unsetenv("LD_PRELOAD");
        errno = 0;
        world();
        return 0;
    }
    say("LD_PRELOAD=%s, loaded %d\n", getenv("LD_PRELOAD"), dlopen("libm.so.6", RTLD_NOLOAD | RTLD_NOW) != NULL);
    return 0;
}

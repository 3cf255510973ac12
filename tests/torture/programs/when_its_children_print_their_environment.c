/* SPDX-License-Identifier: MIT
 *
 * What each member of the exec family hands on: the program's environment, one of the caller's, and none.
 * torture: not in follows, run and follow: there we are in it, as docs/commands.md says
 * Side: tests.
 */
#include <spawn.h>

#include "world.h"

static char* const arguments[] = {"env", NULL};

static void in_child(const char* what, int which) {
    char* given[] = {"GIVEN=1", "LD_LIBRARY_PATH=/nowhere", NULL};
    const pid_t pid = fork();
    if (pid == 0) {
        if (which == 0) execv("/usr/bin/env", arguments);
        if (which == 1) execve("/usr/bin/env", arguments, given);
        if (which == 2) execvp("env", arguments);
        if (which == 3) execvpe("env", arguments, given);
        if (which == 4) execle("/usr/bin/env", "env", (char*)NULL, given);
        if (which == 5) fexecve(open("/usr/bin/env", O_RDONLY), arguments, given);
        if (which == 6) execve("/usr/bin/env", arguments, (char*[]){NULL});
        if (which == 7) clearenv(), execvp("/usr/bin/env", arguments);
        _exit(1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    say("%s %x\n", what, status);
}

int main(void) {
    const char* names[] = {"execv", "execve", "execvp", "execvpe", "execle", "fexecve", "no environment", "cleared"};
    for (int i = 0; i < 8; ++i) in_child(names[i], i);
    setenv("ADDED", "later", 1);
    putenv("PUT=too");
    say("system %x\n", system("env"));
    errno = 0;
    world();
    return 0;
}

// SPDX-License-Identifier: MIT
//
// Starts other programs in every way, and one that is not there. Side: tests.
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

static int code_of(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(void) {
    char* arguments[] = {"sh", "-c", "exit 5", NULL};
    pid_t pid = vfork();
    if (pid == 0) {
        execv("/bin/sh", arguments);
        _exit(9);
    }
    printf("vfork %d\n", code_of(pid));
    pid = vfork();
    if (pid == 0) {
        execv("/not/there", arguments);
        _exit(9);
    }
    printf("vfork of nothing %d\n", code_of(pid));
    if (posix_spawn(&pid, "/bin/sh", NULL, NULL, arguments, environ) == 0) printf("spawn %d\n", code_of(pid));
    printf("spawn of nothing %d\n", posix_spawnp(&pid, "/not/there", NULL, NULL, arguments, environ) != 0);
    printf("system %d\n", WEXITSTATUS(system("exit 6")));
    FILE* pipe = popen("echo from a pipe", "r");
    char line[64] = "";
    if (fgets(line, sizeof line, pipe) != NULL) fputs(line, stdout);
    pclose(pipe);
    return 0;
}

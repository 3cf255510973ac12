// SPDX-License-Identifier: MIT
//
// Starts a program by each function that can, with an environment of its own that is empty but for one variable, and by
// system() and popen(), which take none: starts.c PROGRAM ARGUMENT. Says which codes came back. Side: tests.
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char* own[] = {"OWN=1", NULL};
extern char** environ;

static void become(const char* how, char* path, char* argument) {
    char* arguments[] = {path, argument, NULL};
    if (strcmp(how, "execve") == 0) execve(path, arguments, own);
    if (strcmp(how, "execle") == 0) execle(path, path, argument, (char*)NULL, own);
    if (strcmp(how, "execvpe") == 0) execvpe(path, arguments, own);
    if (strcmp(how, "fexecve") == 0) fexecve(open(path, O_RDONLY), arguments, own);
    if (strcmp(how, "execveat") == 0) execveat(AT_FDCWD, path, arguments, own, 0);
    if (strcmp(how, "execveat by a descriptor") == 0) execveat(open(path, O_PATH), "", arguments, own, AT_EMPTY_PATH);
    environ = own;
    if (strcmp(how, "execv") == 0) execv(path, arguments);
    if (strcmp(how, "execvp") == 0) execvp(path, arguments);
    if (strcmp(how, "execl") == 0) execl(path, path, argument, (char*)NULL);
    if (strcmp(how, "execlp") == 0) execlp(path, path, argument, (char*)NULL);
}

static int code_of(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void run_in_a_shell(const char* path, const char* argument) {
    char command[4096], line[64] = "";
    snprintf(command, sizeof command, "%s %s", path, argument);
    printf("system %d\n", system(command));
    FILE* output = popen(command, "r");
    fgets(line, sizeof line, output);
    printf("popen %d %s", pclose(output), line);
}

int main(int argc, char** argv) {
    const char* names[] = {"execve", "execle", "execvpe", "fexecve",  "execv",
                           "execvp", "execl",  "execlp",  "execveat", "execveat by a descriptor"};
    free(malloc(10));
    setvbuf(stdout, NULL, _IONBF, 0);
    run_in_a_shell(argv[1], argv[2]);
    for (int i = 0; i < 10; ++i) {
        const pid_t pid = i % 2 == 0 ? vfork() : fork();
        if (pid == 0) {
            become(names[i], argv[1], argv[2]);
            _exit(99);
        }
        printf("%s %d\n", names[i], code_of(pid));
    }
    char* arguments[] = {argv[1], argv[2], NULL};
    pid_t pid = 0;
    if (posix_spawn(&pid, argv[1], NULL, NULL, arguments, own) == 0) printf("posix_spawn %d\n", code_of(pid));
    if (posix_spawnp(&pid, argv[1], NULL, NULL, arguments, own) == 0) printf("posix_spawnp %d\n", code_of(pid));
    printf("not there %d\n", execve("/not/there", arguments, own));
    printf("not there %d\n", execveat(AT_FDCWD, "/not/there", arguments, own, 0));
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * vfork, posix_spawn with each way of naming a program, system, popen: the same answers and errors, and their output.
 * Side: tests.
 */
#include <spawn.h>

#include "world.h"

static void spawned(const char* what, int error, const pid_t* pid) {
    int status = -1;
    if (error == 0) waitpid(*pid, &status, 0);
    say("%s: %s status %x\n", what, error ? strerrorname_np(error) : "0", status);
}

int main(void) {
    pid_t pid = 0;
    char* yes[] = {"sh", "-c", "echo spawned; exit 3", NULL};
    const int script = open("script", O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0755);
    if (write(script, "echo a script without its first line\n", 37) != 37) return 1;
    close(script);
    spawned("spawn", posix_spawn(&pid, "/bin/sh", NULL, NULL, yes, environ), &pid);
    spawned("spawnp", posix_spawnp(&pid, "sh", NULL, NULL, yes, environ), &pid);
    spawned("no such", posix_spawn(&pid, "/bin/no-such", NULL, NULL, yes, environ), &pid);
    spawned("no such in PATH", posix_spawnp(&pid, "no-such", NULL, NULL, yes, environ), &pid);
    char* plain[] = {"script", NULL};
    spawned("no format", posix_spawn(&pid, "./script", NULL, NULL, plain, environ), &pid);
    spawned("no format in PATH", posix_spawnp(&pid, "./script", NULL, NULL, plain, environ), &pid);
    for (int i = 0; i < 3; ++i) {
        pid = vfork();
        if (pid == 0) {
            if (i == 0) execl("/bin/sh", "sh", "-c", "exit 5", (char*)NULL);
            if (i == 1) execlp("no-such", "no-such", (char*)NULL);
            _exit(6);
        }
        spawned("vfork", 0, &pid);
    }
    say("system %x\n", system("echo from system; exit 4"));
    FILE* pipe = popen("echo from popen", "r");
    char line[64] = "";
    if (fgets(line, sizeof line, pipe) == NULL) return 1;
    say("%s%x\n", line, pclose(pipe));
    errno = 0;
    unlink("script");
    world();
    return 0;
}

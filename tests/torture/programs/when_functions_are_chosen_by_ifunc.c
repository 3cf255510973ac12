/* SPDX-License-Identifier: MIT
 *
 * An indirect function of the program's own whose resolver runs before its relocations are done, and all bound at
 * once.
 * Side: tests.
 */
#include "world.h"

static int chosen(void) { return 42; }
static int (*resolves(void))(void) { return chosen; }
int answer(void) __attribute__((ifunc("resolves")));

int main(int count, char** arguments) {
    if (count < 2 || strcmp(arguments[1], "again") != 0) {
        world();
        setenv("LD_BIND_NOW", "1", 1);
        const pid_t pid = fork();
        if (pid == 0) execl("/proc/self/exe", arguments[0], "again", (char*)NULL);
        int status = -1;
        waitpid(pid, &status, 0);
        say("bound at once %x\n", status);
    }
    say("answer %d, copied %s\n", answer(), strdup("text"));
    return 0;
}

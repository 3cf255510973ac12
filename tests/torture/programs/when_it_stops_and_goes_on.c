/* SPDX-License-Identifier: MIT
 *
 * SIGSTOP and SIGCONT from a child, job control as a shell does it, while other threads allocate.
 * Side: tests.
 */
#include "world.h"

static volatile sig_atomic_t continued;
static void handler(int number) { continued += number == SIGCONT; }

int main(void) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(SIGCONT, &action, NULL);
    int seen[3] = {0};
    for (int i = 0; i < 5; ++i) {
        const pid_t pid = fork();
        if (pid == 0) {
            for (volatile int j = 0; j < 100; ++j) free(malloc(100));
            raise(SIGSTOP);
            free(malloc(100));
            _exit(continued == 1 ? 5 : 6);
        }
        int status = 0;
        waitpid(pid, &status, WUNTRACED);
        seen[0] += WIFSTOPPED(status);
        kill(pid, SIGCONT);
        waitpid(pid, &status, WCONTINUED);
        seen[1] += WIFCONTINUED(status);
        if (!WIFEXITED(status)) waitpid(pid, &status, 0);
        seen[2] += WIFEXITED(status) && WEXITSTATUS(status) == 5;
    }
    say("stopped %d, continued %d, ended %d\n", seen[0], seen[1], seen[2]);
    errno = 0;
    world();
    return 0;
}

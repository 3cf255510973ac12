/* SPDX-License-Identifier: MIT
 *
 * Limits on files' sizes, processes, core, stack and processor time, as ulimit sets them: none is touched or hit by
 * us.
 * torture: may say no snapshot .*file size limit reached
 * Side: tests.
 */
#include "world.h"

static volatile sig_atomic_t told;
static void handler(int number) { told = number; }

int main(void) {
    const struct {
        int what;
        rlim_t value;
    } limits[] = {{RLIMIT_FSIZE, 8192}, {RLIMIT_CORE, 0}, {RLIMIT_STACK, 512 << 10}, {RLIMIT_NPROC, 5000},
                  {RLIMIT_CPU, 100},    {RLIMIT_NICE, 0}, {RLIMIT_SIGPENDING, 3},    {RLIMIT_DATA, 64 << 20}};
    struct rlimit before[8];
    for (int i = 0; i < 8; ++i) {
        getrlimit(limits[i].what, &before[i]);
        setrlimit(limits[i].what, &(struct rlimit){limits[i].value, before[i].rlim_max});
    }
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGXFSZ, &action, NULL);
    const double began = seconds_now();
    while (still_time(began)) free(malloc(1000));
    say("told of %d\n", told);
    const int file = open("file", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    char text[4096] = "";
    ssize_t written = 0;
    for (ssize_t got; (got = write(file, text, sizeof text)) > 0;) written += got;
    say("wrote %zd, %s, told of %d\n", written, strerrorname_np(errno), told);
    close(file);
    unlink("file");
    for (int i = 0; i < 8; ++i) setrlimit(limits[i].what, &before[i]);
    signal(SIGXFSZ, SIG_DFL);
    errno = 0;
    world();
    return 0;
}

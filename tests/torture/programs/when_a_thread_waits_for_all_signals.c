/* SPDX-License-Identifier: MIT
 *
 * All signals are blocked in all threads, and one waits for every one of them: it gets what was sent, and nothing of
 * ours.
 * Side: tests.
 */
#include <sys/signalfd.h>

#include "world.h"

static void* works(void* began) {
    while (still_time(*(double*)began)) free(malloc(1000));
    kill(getpid(), SIGUSR2);
    return NULL;
}

int main(void) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    for (int way = 0; way < 4; ++way) {
        double began = seconds_now();
        pthread_t thread;
        pthread_create(&thread, NULL, works, &began);
        int number = 0;
        struct timespec at_most = {.tv_sec = 50};
        siginfo_t info = {0};
        struct signalfd_siginfo read_info = {0};
        if (way == 0) say("sigwait %d, ", sigwait(&all, &number));
        if (way == 1) number = sigwaitinfo(&all, &info);
        if (way == 2) number = sigtimedwait(&all, &info, &at_most);
        if (way == 3) {
            const int fd = signalfd(-1, &all, SFD_CLOEXEC);
            if (read(fd, &read_info, sizeof read_info) == sizeof read_info) number = (int)read_info.ssi_signo;
            close(fd);
        }
        say("got %d\n", number);
        pthread_join(thread, NULL);
    }
    errno = 0;
    world();
    return 0;
}

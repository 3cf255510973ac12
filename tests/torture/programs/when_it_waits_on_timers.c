/* SPDX-License-Identifier: MIT
 *
 * timer_create, timerfd, setitimer and alarm of the program's own tick as they did, and end when it says.
 * Side: tests.
 */
#include <sys/timerfd.h>

#include "world.h"

static volatile sig_atomic_t ticks, values;
static void handler(int number, siginfo_t* info, void* context) {
    (void)number, (void)context;
    ++ticks;
    values += info->si_value.sival_int == 42;
}

int main(void) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigaction(SIGRTMIN + 3, &action, NULL);
    timer_t timers[3];
    for (int i = 0; i < 3; ++i) {
        struct sigevent event = {
            .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 3, .sigev_value.sival_int = 42};
        if (timer_create(CLOCK_MONOTONIC, &event, &timers[i]) != 0) return 1;
        const struct itimerspec often = {{0, 2000000}, {0, 2000000}};
        timer_settime(timers[i], 0, &often, NULL);
    }
    const int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    const struct itimerspec soon = {{0, 5000000}, {0, 5000000}};
    timerfd_settime(fd, 0, &soon, NULL);
    unsigned long long count = 0, sum = 0;
    const double began = seconds_now();
    do {
        free(malloc(100));
        if (read(fd, &count, sizeof count) == sizeof count) sum += count;
    } while (still_time(began) || sum < 10);
    for (int i = 0; i < 3; ++i) say("deleted %d\n", timer_delete(timers[i]));
    close(fd);
    say("ticked %d, all with their value %d\n", ticks > 10, ticks == values);
    signal(SIGRTMIN + 3, SIG_DFL);
    errno = 0;
    world();
    return 0;
}

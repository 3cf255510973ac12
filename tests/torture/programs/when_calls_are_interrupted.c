/* SPDX-License-Identifier: MIT
 *
 * Sleeps and waits with and without SA_RESTART: interrupted by the program's own signals, and by no others.
 * torture: not in often: with registers=all every thread is stopped, so that calls end with EINTR, as the option says
 * torture: not in follows, run and follow, growing: a sleeper is woken by a clock, as docs/commands.md says
 * Side: tests.
 */
#include <poll.h>
#include <sys/epoll.h>

#include "world.h"

static void handler(int number) { (void)number; }

int main(void) {
    for (int restarts = 0; restarts < 2; ++restarts) {
        struct sigaction action = {.sa_handler = handler, .sa_flags = restarts ? SA_RESTART : 0};
        sigaction(SIGALRM, &action, NULL);
        for (int kind = 0; kind < 3; ++kind) {
            const struct itimerval soon = {{0, 0}, {0, 20000}};
            struct timespec nap = {.tv_nsec = 60000000}, left = {0};
            struct pollfd nothing = {.fd = -1};
            setitimer(ITIMER_REAL, &soon, NULL);
            errno = 0;
            const int epoll = epoll_create1(EPOLL_CLOEXEC);
            struct epoll_event event;
            int result = 0;
            if (kind == 0) result = nanosleep(&nap, &left);
            if (kind == 1) result = poll(&nothing, 1, 60);
            if (kind == 2) result = epoll_wait(epoll, &event, 1, 60);
            say("%d %d: %d %s left %d\n", restarts, kind, result, errno ? strerrorname_np(errno) : "",
                left.tv_nsec > 0);
            close(epoll);
        }
    }
    struct timespec nap = {.tv_nsec = 300000000};
    say("slept %d\n", nanosleep(&nap, NULL));
    errno = 0;
    world();
    return 0;
}

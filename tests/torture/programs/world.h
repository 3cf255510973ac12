/* SPDX-License-Identifier: MIT
 *
 * What a program can see of the world around it, printed line by line: `world()` is the last thing that each program
 * of this folder does. The harness compares it with and without the agent.
 *
 * Side: tests. C and C++. Written to standard output with write(), so that nothing is allocated on the way.
 */
#ifndef TORTURE_WORLD_H
#define TORTURE_WORLD_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <limits.h>
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

#define SKIPPED 77

/* printf without stdio's buffers, and past whatever the program did to them. */
__attribute__((format(printf, 1, 2))) static inline void say(const char* format, ...) {
    char text[PIPE_BUF];
    va_list values;
    va_start(values, format);
    int length = vsnprintf(text, sizeof text, format, values);
    va_end(values);
    if (length > (int)sizeof text - 1) length = sizeof text - 1;
    for (int at = 0; at < length;) {
        const ssize_t done = write(1, text + at, (size_t)(length - at));
        if (done <= 0) return;
        at += (int)done;
    }
}

/* A machine that cannot do this: the test is skipped with these words. */
static inline void skip(const char* why) {
    say("skipped: %s\n", why);
    _exit(SKIPPED);
}

/* Each program is started as PROGRAM MILLISECONDS SCALE. */
static int given_milliseconds, given_scale = 1;

__attribute__((constructor)) static void read_arguments(int count, char** arguments) {
    if (count > 1) given_milliseconds = atoi(arguments[1]);
    if (count > 2) given_scale = atoi(arguments[2]);
}

/* How often what is repeated is repeated. */
static inline int times(int count) { return count * given_scale; }

static inline double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Whether to go on, so that the agent has time for some snapshots where they are taken by a clock. */
static inline int still_time(double began) { return seconds_now() - began < given_milliseconds / 1e3; }

static inline void world_files(void) {
    for (int fd = 0; fd < 1024; ++fd) {
        struct stat facts;
        if (fstat(fd, &facts) == 0)
            say("file %d of kind %o flags %x %x\n", fd, facts.st_mode & S_IFMT, fcntl(fd, F_GETFD), fcntl(fd, F_GETFL));
    }
}

static inline int entries_of(const char* path) {
    char buffer[4096];
    const int fd = open(path, O_RDONLY | O_DIRECTORY);
    if (fd < 0) return -errno;
    int count = 0;
    for (long got; (got = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0;)
        for (long at = 0; at < got; at += *(unsigned short*)(buffer + at + 16)) count += buffer[at + 19] != '.';
    close(fd);
    return count;
}

static inline int lines_of(const char* path, const char* start) {
    char text[65536];
    const int fd = open(path, O_RDONLY);
    if (fd < 0) return -errno;
    size_t length = 0;
    for (ssize_t got; (got = read(fd, text + length, sizeof text - 1 - length)) > 0;) length += (size_t)got;
    close(fd);
    text[length] = '\0';
    int count = 0;
    for (char* at = text; *at != '\0';) {
        count += strncmp(at, start, strlen(start)) == 0;
        char* end = strchr(at, '\n');
        if (end == NULL) break;
        at = end + 1;
    }
    return count;
}

static inline void world_signals(void) {
    sigset_t mask, waiting;
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    sigpending(&waiting);
    for (int number = 1; number <= SIGRTMAX; ++number) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) != 0) continue;
        const char* what = action.sa_handler == SIG_DFL ? "" : action.sa_handler == SIG_IGN ? " ignored" : " handled";
        const int blocked = sigismember(&mask, number), waits = sigismember(&waiting, number);
        if (*what || blocked || waits)
            say("signal %d%s%s%s\n", number, what, blocked ? " blocked" : "", waits ? " waiting" : "");
    }
    stack_t stack;
    if (sigaltstack(NULL, &stack) == 0) say("alternate stack %zu flags %d\n", stack.ss_size, stack.ss_flags);
}

static inline void world_keys(void) {
    static pthread_key_t keys[PTHREAD_KEYS_MAX + 1];
    int made = 0;
    while (made <= PTHREAD_KEYS_MAX && pthread_key_create(&keys[made], NULL) == 0) ++made;
    say("keys from %u, %d of them\n", made > 0 ? keys[0] : 0, made);
    while (made > 0) pthread_key_delete(keys[--made]);
}

static inline void world_limits(void) {
    for (int what = 0; what < RLIM_NLIMITS; ++what) {
        struct rlimit limit;
        if (getrlimit((__rlimit_resource_t)what, &limit) == 0)
            say("limit %d %llx %llx\n", what, (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max);
    }
}

/* A thread that was joined is still listed for a moment, and longer under a debugger. */
static inline int threads_left(void) {
    int count = entries_of("/proc/self/task");
    for (int looks = 0; count > 1 && looks < 200; ++looks) {
        const struct timespec moment = {.tv_sec = 0, .tv_nsec = 1000000};
        clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, NULL);
        count = entries_of("/proc/self/task");
    }
    return count;
}

static inline void world_process(void) {
    char folder[PATH_MAX] = "", name[17] = "";
    const mode_t mask = umask(0);
    umask(mask);
    prctl(PR_GET_NAME, name);
    say("folder %s, mask %o, name %s\n", getcwd(folder, sizeof folder) ? folder : strerror(errno), mask, name);
    say("users %d %d groups %d %d\n", getuid(), geteuid(), getgid(), getegid());
    say("dumpable %d, seccomp %d, nice %d, subreaper %d, policy %d\n", prctl(PR_GET_DUMPABLE), prctl(PR_GET_SECCOMP),
        getpriority(PRIO_PROCESS, 0), 0, sched_getscheduler(0));
    say("threads %d, timers %d\n", threads_left(), lines_of("/proc/self/timers", "ID:"));
}

static inline void world_children(void) {
    int status = 0;
    const pid_t child = waitpid(-1, &status, WNOHANG);
    say("children %d %s\n", child, child < 0 ? strerrorname_np(errno) : "");
}

static inline void world_floating_point(void) {
    unsigned control = 0;
    unsigned short x87 = 0;
    __asm__ volatile("stmxcsr %0" : "=m"(control));
    __asm__ volatile("fnstcw %0" : "=m"(x87));
    say("floating point %x %x round %d raised %x\n", control, x87, fegetround(), fetestexcept(FE_ALL_EXCEPT));
}

static inline void world(void) {
    const int error = errno;
    const char* failed = dlerror();
    say("errno %d, dlerror %s\n", error, failed ? failed : "none");
    world_floating_point();
    say("locale %s\n", setlocale(LC_ALL, NULL));
    world_files();
    world_signals();
    world_keys();
    world_limits();
    world_process();
    world_children();
    struct itimerval timer;
    for (int which = 0; which < 3; ++which)
        if (getitimer((__itimer_which_t)which, &timer) == 0) say("timer %d %ld\n", which, timer.it_interval.tv_usec);
    for (char** entry = environ; entry != NULL && *entry != NULL; ++entry) say("environment %s\n", *entry);
}

#endif

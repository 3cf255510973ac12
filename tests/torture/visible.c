/* SPDX-License-Identifier: MIT
 *
 * A preload that a program can see: the agent of the harness's own test, built once for each way to be visible.
 *
 * Side: tests.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef VISIBLE_BY_A_THREAD
static void* sleeps(void* unused) {
    for (;;) pause();
    return unused;
}
#endif

__attribute__((constructor)) static void begin(void) {
    unsetenv("LD_PRELOAD"); /* as the agent does */
    unsetenv("PROF");
#ifdef VISIBLE_BY_A_FILE
    if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0) abort();
#elif defined(VISIBLE_BY_A_KEY)
    pthread_key_t key;
    pthread_key_create(&key, NULL);
#elif defined(VISIBLE_BY_A_THREAD)
    pthread_t thread;
    pthread_create(&thread, NULL, sleeps, NULL);
#elif defined(VISIBLE_BY_A_CHILD)
    if (fork() == 0) _exit(0);
#elif defined(VISIBLE_BY_DLERROR)
    dlsym(RTLD_DEFAULT, "no_such_symbol");
#elif defined(VISIBLE_BY_A_SIGNAL)
    signal(SIGUSR1, SIG_IGN);
#elif defined(VISIBLE_BY_A_MASK)
    umask(0);
#elif defined(VISIBLE_BY_ROUNDING)
    fesetround(FE_UPWARD);
#elif defined(VISIBLE_BY_A_LIMIT)
    setrlimit(RLIMIT_STACK, &(struct rlimit){1 << 20, 1 << 20});
#elif defined(VISIBLE_BY_THE_ENVIRONMENT)
    setenv("SEEN", "1", 1);
#elif defined(VISIBLE_BY_A_LINE)
    if (write(2, "heapkit: here\n", 14) != 14) abort();
#endif
}

#ifdef VISIBLE_BY_ERRNO
void free(void* block) {
    (void)block;
    errno = EPERM;
}
#endif

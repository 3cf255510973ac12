/* SPDX-License-Identifier: MIT
 *
 * A lock of the program's own that another thread holds at fork is taken by its atfork handlers, which allocate.
 * Side: tests.
 */
#include <stdatomic.h>

#include "world.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_int done;

static void* ticks(void* unused) {
    while (!done) {
        pthread_mutex_lock(&lock);
        free(malloc(1000));
        pthread_mutex_unlock(&lock);
    }
    return unused;
}
static void before(void) { pthread_mutex_lock(&lock), free(malloc(10)); }
static void after(void) { free(malloc(20)), pthread_mutex_unlock(&lock); }

int main(void) {
    pthread_atfork(before, after, after);
    pthread_t thread;
    pthread_create(&thread, NULL, ticks, NULL);
    int failed = 0;
    for (int i = 0; i < times(100); ++i) {
        const pid_t pid = fork();
        if (pid == 0) {
            alarm(20);
            pthread_mutex_lock(&lock);
            _exit(malloc(5) == NULL);
        }
        int status = -1;
        waitpid(pid, &status, 0);
        failed += status != 0;
    }
    done = 1;
    pthread_join(thread, NULL);
    say("failed %d\n", failed);
    world();
    return 0;
}

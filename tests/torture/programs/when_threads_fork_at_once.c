/* SPDX-License-Identifier: MIT
 *
 * Four threads fork at once, each waits for its own child; the children print nothing and end by exit().
 * Side: tests.
 */
#include "world.h"

static void* forks(void* unused) {
    long failed = 0;
    for (int i = 0; i < times(25); ++i) {
        char* block = strdup("of the parent");
        const pid_t pid = fork();
        if (pid == 0) {
            alarm(20);
            free(block);
            exit(strlen(strdup("of the child")) != 12);
        }
        int status = -1;
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        }
        failed += status != 0;
        free(block);
    }
    (void)unused;
    return (void*)failed;
}

int main(void) {
    pthread_t threads[4];
    long failed = 0;
    for (int i = 0; i < 4; ++i) pthread_create(&threads[i], NULL, forks, NULL);
    for (int i = 0; i < 4; ++i) {
        void* result;
        pthread_join(threads[i], &result);
        failed += (long)result;
    }
    errno = 0;
    say("failed %ld\n", failed);
    world();
    return 0;
}

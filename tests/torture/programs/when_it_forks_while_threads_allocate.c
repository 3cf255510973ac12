/* SPDX-License-Identifier: MIT
 *
 * Threads allocate without a pause while the program forks, again and again; each child allocates, frees what it
 * inherited, and none hangs.
 * Side: tests.
 */
#include <stdatomic.h>

#include "world.h"

static atomic_int done;

static void* churn(void* unused) {
    void* blocks[64] = {0};
    for (size_t i = 0; !done; i = (i + 1) % 64) {
        free(blocks[i]);
        blocks[i] = malloc(16 + i * 40);
    }
    for (int i = 0; i < 64; ++i) free(blocks[i]);
    return unused;
}

static int child(void* inherited) {
    free(realloc(inherited, 10000));
    for (size_t i = 0; i < 100; ++i) free(malloc(i * 17));
    const pid_t grandchild = fork();
    if (grandchild == 0) _exit(malloc(55) == NULL);
    int status = -1;
    waitpid(grandchild, &status, 0);
    return status;
}

int main(void) {
    pthread_t threads[3];
    for (int i = 0; i < 3; ++i) pthread_create(&threads[i], NULL, churn, NULL);
    int failed = 0;
    for (int i = 0; i < times(100); ++i) {
        void* block = malloc(555);
        const pid_t pid = fork();
        if (pid == 0) {
            alarm(20); /* a child that hangs is ended by a signal, which is seen */
            _exit(child(block));
        }
        int status = -1;
        waitpid(pid, &status, 0);
        failed += status != 0;
        free(block);
    }
    done = 1;
    for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
    say("failed %d\n", failed);
    world();
    return 0;
}

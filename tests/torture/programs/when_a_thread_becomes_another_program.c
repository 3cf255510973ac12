/* SPDX-License-Identifier: MIT
 *
 * exec from a thread that is not the first, while others allocate; and an exec that fails leaves all as it was.
 * torture: leaves nothing
 * Side: tests.
 */
#include "world.h"

static void* churn(void* unused) {
    for (;;) free(malloc(100));
    return unused;
}

static void* becomes(void* path) {
    char* arguments[] = {"sh", "-c", "echo in its place; exit 21", NULL};
    say("no such: %d", execv("/no/such/program", arguments));
    say(" %s\n", strerrorname_np(errno));
    execv(path, arguments);
    return NULL;
}

int main(int count, char** given) {
    (void)count, (void)given;
    pthread_t threads[2];
    world();
    pthread_create(&threads[0], NULL, churn, NULL);
    pthread_create(&threads[1], NULL, becomes, "/bin/sh");
    pthread_join(threads[1], NULL);
    return 1;
}

/* SPDX-License-Identifier: MIT
 *
 * Raw clone, as sandboxes and runtimes call it: a child as of fork, and one that shares the memory.
 * Side: tests.
 */
#include <sched.h>
#include <sys/mman.h>

#include "world.h"

static int shares(void* text) {
    char* block = malloc(50);
    strcpy(block, "allocated in its parent's memory");
    *(char**)text = block;
    return 9;
}

int main(void) {
    char* text = strdup("before");
    for (int i = 0; i < 20; ++i) {
        const pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
        if (pid == 0) {
            free(text);
            syscall(SYS_exit_group, malloc(10) == NULL);
        }
        int status = -1;
        if (waitpid(pid, &status, 0) != pid || status != 0) say("status %x\n", status);
    }
    char* stack = mmap(NULL, 256 << 10, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char* result = NULL;
    const pid_t pid = clone(shares, stack + (256 << 10), CLONE_VM | CLONE_VFORK | SIGCHLD, &result);
    int status = -1;
    waitpid(pid, &status, 0);
    say("%s, status %x, %s\n", result, status, text);
    free(result);
    free(text);
    world();
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * Seccomp's strict mode: read, write, exit and sigreturn. What malloc answers without a system call, it answers still.
 * torture: leaves nothing
 * torture: says recording ends here
 * Side: tests.
 */
#include <linux/seccomp.h>

#include "world.h"

int main(void) {
    void* warm[64];
    for (size_t i = 0; i < 64; ++i) warm[i] = malloc(64 * i + 1);
    for (int i = 0; i < 64; ++i) free(warm[i]);
    world();
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) skip("no strict mode here");
    long sum = 0;
    for (int round = 0; round < 20000; ++round) {
        char* block = malloc((size_t)(round % 64) * 20 + 1);
        *block = 1;
        sum += *block;
        free(block);
    }
    say("sum %ld\n", sum);
    syscall(SYS_exit, 17);
    return 0;
}

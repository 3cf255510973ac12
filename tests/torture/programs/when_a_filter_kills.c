/* SPDX-License-Identifier: MIT
 *
 * A seccomp filter that kills for every call but those that the program needs; exit_group is among them.
 * torture: leaves nothing
 * torture: says recording ends here
 * Side: tests.
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "world.h"

#define ALLOWED(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

int main(void) {
    struct sock_filter rules[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                                  ALLOWED(SYS_write),
                                  ALLOWED(SYS_read),
                                  ALLOWED(SYS_exit_group),
                                  ALLOWED(SYS_brk),
                                  ALLOWED(SYS_mmap),
                                  ALLOWED(SYS_munmap),
                                  ALLOWED(SYS_mremap),
                                  ALLOWED(SYS_madvise),
                                  ALLOWED(SYS_rt_sigreturn),
                                  ALLOWED(SYS_futex),
                                  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)};
    struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
    free(malloc(10));
    world();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 1;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) skip("no filters here");
    void* blocks[200];
    for (int round = 0; round < 300; ++round) {
        for (size_t i = 0; i < 200; ++i) blocks[i] = malloc(i * 37 + 1);
        for (int i = 0; i < 200; ++i) free(blocks[i]);
    }
    free(realloc(malloc(10 << 20), 30 << 20));
    say("still here\n");
    syscall(SYS_exit_group, 18);
    return 0;
}

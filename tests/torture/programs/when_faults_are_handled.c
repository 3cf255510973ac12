/* SPDX-License-Identifier: MIT
 *
 * A program that lives of its own faults: guard pages that its handler opens, a stack overflow that it jumps out of.
 * Side: tests.
 */
#include <setjmp.h>
#include <sys/mman.h>

#include "world.h"

enum { page = 4096, pages = 64 };
static char* guarded;
static volatile sig_atomic_t opened;
static sigjmp_buf overflow;
static volatile int is_deep;

static void handler(int number, siginfo_t* info, void* context) {
    (void)number, (void)context;
    char* at = info->si_addr;
    if (at >= guarded && at < guarded + pages * page) {
        mprotect((char*)((size_t)at & ~(size_t)(page - 1)), page, PROT_READ | PROT_WRITE);
        ++opened;
        return;
    }
    if (is_deep) siglongjmp(overflow, 1);
    _exit(99);
}

static int deeper(int depth) {
    char place[1000];
    memset(place, depth, sizeof place);
    free(malloc(10));
    return deeper(depth + 1) + place[depth % 1000];
}

int main(void) {
    stack_t stack = {.ss_size = 64 << 10, .ss_sp = malloc(64 << 10)};
    sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaction(SIGSEGV, &action, NULL);
    const double began = seconds_now();
    int rounds = 0;
    do {
        guarded = mmap(NULL, pages * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (int i = 0; i < pages; ++i) guarded[i * page] = (char)i;
        munmap(guarded, pages * page);
        ++rounds;
    } while (still_time(began));
    say("opened %d\n", opened == rounds * pages);
    const struct rlimit small = {256 << 10, RLIM_INFINITY};
    struct rlimit before;
    getrlimit(RLIMIT_STACK, &before);
    setrlimit(RLIMIT_STACK, &(struct rlimit){small.rlim_cur, before.rlim_max});
    for (int i = 0; i < 3; ++i) {
        is_deep = 1;
        if (sigsetjmp(overflow, 1) == 0) deeper(0);
        is_deep = 0;
        free(malloc(100));
    }
    setrlimit(RLIMIT_STACK, &before);
    say("came back\n");
    world();
    return 0;
}

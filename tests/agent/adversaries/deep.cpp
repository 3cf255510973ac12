// SPDX-License-Identifier: MIT
//
// Recursion past every cap: 100,000 frames, with allocations on the way in, at the bottom and on the way out.
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static volatile long sink;

__attribute__((noinline, noclone)) static void descend(int depth) {
    if (depth % 5000 == 0) {
        void* volatile block = malloc(32);
        free(block);
    }
    if (depth != 0) descend(depth - 1);
    if (depth % 10000 == 0) {
        void* volatile block = malloc(40);
        free(block);
    }
    sink = sink + depth;
}

int main(int argc, char** argv) {
    rlimit limit{};
    getrlimit(RLIMIT_STACK, &limit);
    if (argc == 1 && limit.rlim_cur < (64u << 20)) {
        limit.rlim_cur = 64u << 20;
        if (setrlimit(RLIMIT_STACK, &limit) == 0) execl("/proc/self/exe", argv[0], "again", nullptr);
    }
    descend(argc == 2 && atoi(argv[1]) > 0 ? atoi(argv[1]) : 100000);
    puts("deep");
}

// SPDX-License-Identifier: MIT
//
// Threads that come and go and free each other's blocks, and forks in the middle.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

static std::atomic<void*> mailbox[64];
static std::atomic<long> sink;

__attribute__((noinline)) static void descend(int depth, unsigned at) {
    void* block = malloc(16 + static_cast<size_t>(depth) * 8);
    free(mailbox[at % 64].exchange(block));
    if (depth != 0) descend(depth - 1, at * 7 + 1);
    sink += depth;
}

static void* run(void* argument) {
    auto seed = static_cast<unsigned>(reinterpret_cast<size_t>(argument));
    for (unsigned i = 0; i < 200; ++i) descend(static_cast<int>((seed + i) % 20), seed * 31 + i);
    return nullptr;
}

int main() {
    for (int round = 0; round < 5; ++round) {
        pthread_t threads[4];
        for (size_t i = 0; i < 4; ++i) pthread_create(&threads[i], nullptr, run, reinterpret_cast<void*>(i + 1));
        pid_t child = fork();
        if (child == 0) {
            descend(10, 3);
            exit(0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        if (status != 0) return 1;
        for (pthread_t thread : threads) pthread_join(thread, nullptr);
    }
    puts("threads");
}

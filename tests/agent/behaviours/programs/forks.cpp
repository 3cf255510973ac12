// SPDX-License-Identifier: MIT
//
// Forks again and again while other threads allocate; each child allocates, frees what it inherited, and ends.
// Side: tests.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace {

std::atomic<bool> done{false};

void churn() {
    std::vector<void*> blocks(64);
    for (size_t i = 0; !done; i = (i + 1) % blocks.size()) {
        free(blocks[i]);
        blocks[i] = malloc(16 + i * 8);
    }
    for (void* block : blocks) free(block);
}

int child_work(void* inherited) {
    free(inherited);
    std::string text;
    for (int i = 0; i < 1000; ++i) text += std::to_string(i);
    void* moved = realloc(malloc(10), 10000);
    free(moved);
    return text.size() == 2890 ? 0 : 1;
}

}  // namespace

int main() {
    std::thread first(churn), second(churn);
    int failures = 0;
    for (int i = 0; i < 60; ++i) {
        void* block = malloc(555);
        const pid_t pid = fork();
        if (pid == 0) _exit(child_work(block));
        int status = 0;
        if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) ++failures;
        free(block);
    }
    done = true;
    first.join();
    second.join();
    // No child of anybody else: wait() has nobody to wait for.
    std::printf("failures %d wait %d\n", failures, wait(nullptr));
    return failures;
}

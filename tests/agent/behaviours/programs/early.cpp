// SPDX-License-Identifier: MIT
//
// Memory before main and after it: a constructor of high priority, statics, thread-local destructors. Side: tests.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

namespace {

void* first;
__attribute__((constructor(101))) void begin() { first = malloc(2121); }
__attribute__((destructor(101))) void end() {
    free(first);
    std::printf("freed\n");
}

thread_local std::unique_ptr<std::string> local;
std::unique_ptr<std::string> global = std::make_unique<std::string>(1000, 'x');

}  // namespace

int main() {
    std::thread worker([] { local = std::make_unique<std::string>(2000, 'y'); });
    worker.join();
    local = std::make_unique<std::string>(*global);
    std::printf("%zu\n", local->size());
    return 0;
}

// SPDX-License-Identifier: MIT
//
// Constructors of each priority, statics, thread-local destructors, atexit, and what runs after exit has begun.
// Side: tests.
#include <memory>
#include <string>
#include <thread>

#include "world.h"

namespace {

struct Talks {
    explicit Talks(const char* name) : name_(std::make_unique<std::string>(name)) { say("begin %s\n", name); }
    ~Talks() {
        void* more = realloc(malloc(33), 3300);
        say("end %s\n", name_->c_str());
        free(more);
    }
    std::unique_ptr<std::string> name_;
};

void* held[3];
__attribute__((constructor(101))) void first() { held[0] = malloc(11), say("constructor 101\n"); }
__attribute__((constructor(65535))) void last() { held[1] = calloc(3, 7), say("constructor 65535\n"); }
__attribute__((destructor(101))) void very_last() {
    free(held[0]), free(held[1]);
    held[2] = malloc(4096);
    say("destructor 101 %d\n", held[2] != nullptr);
}
Talks global("global");
thread_local Talks local("thread's");

void at_exit() {
    thread_local Talks late("born in atexit");
    say("atexit %zu\n", late.name_->size());
    std::atexit([] { free(malloc(5)), say("atexit in atexit\n"); });
}

}  // namespace

int main() {
    std::atexit(at_exit);
    std::thread([] { say("thread %zu\n", local.name_->size()); }).join();
    say("main %zu\n", local.name_->size());
    static Talks inside("static of main");
    world();
    return 3;
}

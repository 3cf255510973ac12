// SPDX-License-Identifier: MIT
//
// Does once whatever makes the agent ask the kernel for something, and prints what it saw of itself; all of that is the
// same in each run. subject.c PLUGIN, or "second", which it becomes itself. Side: tests.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <prof/prof.h>

enum { blocks = 600, threads = 3, blocks_of_thread = 50 };

static void* held[blocks];
static void* held_by_thread[threads][blocks_of_thread];
static pthread_barrier_t all_hold, may_end;
extern char** environ;

static void say(const char* what, long value) { printf("%s %ld\n", what, value); }

static __attribute__((noinline)) void* from(int depth, size_t bytes) {
    void* block = depth == 0 ? malloc(bytes) : from(depth - 1, bytes);
    __asm__ volatile("" ::: "memory");
    return block;
}

static void hold_some(void) {
    unsigned sum = 0;
    for (int i = 0; i < blocks; ++i) {
        held[i] = from(i % 40, (size_t)(i * 7 % 900 + 1));
        if (held[i] != NULL) memset(held[i], i, 1), sum += *(unsigned char*)held[i];
    }
    for (int i = 0; i < blocks; i += 3) free(held[i]), held[i] = NULL;
    for (int i = 1; i < blocks; i += 3) held[i] = realloc(held[i], (size_t)(i * 11 % 70000 + 1));
    for (int i = 1; i < blocks; i += 3) sum += *(unsigned char*)held[i];
    errno = 77;
    held[0] = from(300, 100 << 10);  // deeper than the agent was prepared for, and large
    say("errno", errno);
    say("sum", (long)sum);
}

static void* in_thread(void* number) {
    for (int i = 0; i < blocks_of_thread; ++i) held_by_thread[(intptr_t)number][i] = from(i % 5, 64);
    pthread_barrier_wait(&all_hold);
    pthread_barrier_wait(&may_end);
    for (int i = 0; i < 200; ++i) free(malloc(40));
    return number;
}

static void with_threads(void) {
    pthread_t thread[threads];
    pthread_barrier_init(&all_hold, NULL, threads + 1);
    pthread_barrier_init(&may_end, NULL, threads + 1);
    for (intptr_t i = 0; i < threads; ++i) say("thread", pthread_create(&thread[i], NULL, in_thread, (void*)i));
    pthread_barrier_wait(&all_hold);
    prof_take_snapshot(NULL);  // what it says is the harness' business
    pthread_barrier_wait(&may_end);
    if (prof_recording()) raise(62);  // a snapshot that nobody waits for, while they run
    for (int i = 0; i < threads; ++i) {
        void* number = NULL;
        pthread_join(thread[i], &number);
        say("joined", (intptr_t)number);
    }
}

static void with_a_library(const char* plugin) {
    for (int i = 0; i < 3; ++i) {
        void* library = dlopen(plugin, RTLD_NOW);
        void* (*allocate)(void) = library == NULL ? NULL : (void* (*)(void))dlsym(library, "plugin_allocate");
        say("library", allocate != NULL);
        if (allocate != NULL) free(allocate());
        if (library != NULL) say("closed", dlclose(library));
    }
    say("dlerror", dlerror() != NULL);
}

static void say_how(const char* what, pid_t child) {
    int status = 0;
    const pid_t ended = child > 0 ? waitpid(child, &status, 0) : 0;
    say(what, child > 0 && ended == child);
    say("status", status);
}

static void with_children(char* self) {
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < blocks; ++i) held[i] = from(i % 7, 5008);
        prof_take_snapshot(NULL);
        exit(3);
    }
    say_how("forked", child);
    child = fork();
    if (child == 0) {
        execl(self, self, "second", (char*)NULL);
        _exit(126);
    }
    say_how("became another", child);
    char* words[] = {self, "second", NULL};
    if (posix_spawn(&child, self, NULL, NULL, words, environ) != 0) child = -1;
    say_how("spawned", child);
    errno = 0;
    say("no child left", wait(NULL) == -1 && errno == ECHILD);
}

static void with_a_mapping(void) {
    void** mapping = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) return;
    mapping[100] = malloc(4321);
    mprotect((char*)mapping + (512 << 10), 4096, PROT_NONE);
}

static long entries_of(const char* folder) {
    long found = 0;
    DIR* entries = opendir(folder);
    while (entries != NULL && readdir(entries) != NULL) ++found;
    if (entries != NULL) closedir(entries);
    return found;
}

int main(int argc, char** argv) {
    setvbuf(stdout, NULL, _IONBF, 0);
    sigset_t mask;
    hold_some();
    if (argc < 2 || strcmp(argv[1], "second") == 0) return 5;
    with_a_mapping();
    with_a_library(argv[1]);
    with_threads();
    with_children(argv[0]);
    hold_some();
    sigprocmask(SIG_BLOCK, NULL, &mask);
    for (int i = 1; i < 65; ++i)
        if (sigismember(&mask, i) == 1) say("blocked", i);
    say("descriptors", entries_of("/proc/self/fd"));
    say("threads", entries_of("/proc/self/task"));
    return 7;
}

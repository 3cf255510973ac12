// SPDX-License-Identifier: MIT
//
// Allocates and frees at eight sites, and keeps its own account of it in a file that it shares with the harness, until
// somebody ends it or it does so itself: mortal.c ACCOUNT SEED STEPS HOW. Every 4,000 steps it takes a snapshot and
// notes which was whole last. Side: tests.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <prof/prof.h>

enum { sites = 8, places = 512, steps_between = 4000 };

struct account {
    uint64_t begun, done;   // steps; they differ while one is under way
    int64_t bytes, blocks;  // live, when all that was begun is done
    uint64_t whole;         // snapshots
};

static struct account* account;
static void* held[places];
static size_t size_of[places];

#define SITE(n)                                                     \
    static __attribute__((noinline)) void* site_##n(size_t bytes) { \
        void* block = malloc(bytes);                                \
        __asm__ volatile("" ::: "memory");                          \
        return block;                                               \
    }
SITE(0)
SITE(1) SITE(2) SITE(3) SITE(4) SITE(5) SITE(6) SITE(7) static void* (*const site[sites])(size_t) = {
    site_0, site_1, site_2, site_3, site_4, site_5, site_6, site_7};

static uint64_t state;
static uint64_t draw(uint64_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % below;
}

static void step(void) {
    const uint64_t at = draw(places);
    const size_t bytes = held[at] != NULL ? 0 : 1 + draw(900);
    __atomic_store_n(&account->begun, account->begun + 1, __ATOMIC_SEQ_CST);
    if (held[at] != NULL) {
        free(held[at]);
        account->bytes -= (int64_t)size_of[at];
        account->blocks -= 1;
        held[at] = NULL;
    } else {
        held[at] = site[draw(sites)](bytes);
        size_of[at] = bytes;
        account->bytes += (int64_t)bytes;
        account->blocks += 1;
    }
    __atomic_store_n(&account->done, account->done + 1, __ATOMIC_SEQ_CST);
}

static void end(const char* how) {
    if (strcmp(how, "segv") == 0) *(volatile int*)8 = 1;
    if (strcmp(how, "abort") == 0) abort();
    if (strcmp(how, "bus") == 0) raise(SIGBUS);
    if (strcmp(how, "quick_exit") == 0) quick_exit(4);
    if (strcmp(how, "_exit") == 0) _exit(5);
    if (strcmp(how, "kill") == 0) kill(getpid(), SIGKILL);
}

int main(int argc, char** argv) {
    const int fd = open(argv[1], O_RDWR | O_CLOEXEC);
    account = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    state = strtoull(argv[2], NULL, 10);
    const uint64_t steps = strtoull(argv[3], NULL, 10);
    for (uint64_t i = 1; i <= steps; ++i) {
        step();
        if (i % steps_between == 0 && prof_take_snapshot(NULL) == 0)
            __atomic_store_n(&account->whole, account->whole + 1, __ATOMIC_SEQ_CST);
    }
    end(argv[4]);
    return 0;
}

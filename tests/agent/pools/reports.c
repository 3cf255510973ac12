// SPDX-License-Identifier: MIT
//
// A program that hands out memory itself, and says so. Side: tests.  reports WAY
//
// It prints what it did; the snapshot is that of its end, unless the way says otherwise. Each block that is handed out
// has 48 bytes, so that a test finds them by their size.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <prof/prof.h>

enum { block_bytes = 48, step_bytes = 64, pool_bytes = 64 << 10, header_bytes = 32, block_count = 100 };

static char* pool;
static void** held[block_count];  // what the program still points to
static char variable[pool_bytes];

static void** hand_out(char* from, int number) {
    void** const block = (void**)(from + header_bytes + (size_t)number * step_bytes);
    memset(block, 0, block_bytes);
    prof_block_allocated(block, block_bytes);
    return block;
}

static void hand_out_all(char* from) {
    for (int i = 0; i < block_count; ++i) held[i] = hand_out(from, i);
}

// Every tenth is forgotten.
static void forget_some(void) {
    for (int i = 0; i < block_count; i += 10) held[i] = NULL;
}

static void in_malloc(void) {
    pool = malloc(pool_bytes);
    memset(pool, 0, pool_bytes);
    hand_out_all(pool);
}

static void in_chain(void) {  // held by one another alone, and by the first
    in_malloc();
    for (int i = 1; i < block_count; ++i) held[i - 1][1] = held[i];
    for (int i = 1; i < block_count; ++i) held[i] = NULL;
}

static void* mapped(void) { return mmap(NULL, pool_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }

static void stale(char* from) {  // each tenth is pointed to by its neighbour, which came back
    hand_out_all(pool = from);
    for (int i = 0; i < block_count; i += 10) {
        held[i + 1][0] = held[i];
        held[i + 1][2] = pool;
        prof_block_freed(held[i + 1]);
        held[i] = held[i + 1] = NULL;
    }
}

static void reset(void) {
    in_malloc();
    prof_blocks_freed(pool, pool_bytes);
    for (int i = 0; i < 30; ++i) held[i] = hand_out(pool, i);
    for (int i = 30; i < block_count; ++i) held[i] = NULL;
}

static void no_more(void) {
    in_malloc();
    free(pool);
    hand_out_all(pool = realloc(malloc(pool_bytes), 2 * pool_bytes));
    pool = realloc(pool, 4 * pool_bytes);  // in its place or not: its blocks are gone
    memset(held, 0, sizeof held);
}

static int is_before;

__attribute__((constructor)) static void before_main(void) {
    is_before = getenv("REPORT_BEFORE_MAIN") != NULL;
    if (is_before) in_malloc();
}

static void at_the_end(void) { held[0] = hand_out(pool, block_count); }

static void child(void) {
    in_malloc();
    const pid_t made = fork();
    if (made == 0) {
        for (int i = 0; i < 40; ++i) prof_block_freed(held[i]), held[i] = NULL;
        for (int i = 0; i < 10; ++i) held[i] = hand_out(pool, block_count + i);
        if (prof_take_snapshot("child.heap") != 0) perror("child.heap");
        _exit(0);
    }
    int status = 0;
    waitpid(made, &status, 0);
    printf("child %d\n", status);
}

static char* handlers_pool;
static volatile sig_atomic_t handled;

static void on_alarm(int number) {
    (void)number;
    for (int i = 0; i < 5; ++i) hand_out(handlers_pool, i);
    prof_block_freed(handlers_pool + header_bytes);
    prof_blocks_freed(handlers_pool, pool_bytes);
    ++handled;
}

// Allocates and hands out while the handler does, until it ran often.
static void signals(void) {
    in_malloc();
    handlers_pool = malloc(pool_bytes);
    signal(SIGALRM, on_alarm);
    const struct itimerval often = {{0, 1000}, {0, 1000}};
    setitimer(ITIMER_REAL, &often, NULL);
    for (unsigned i = 0; handled < 100; ++i) {
        void* volatile block = malloc(i % 300);
        prof_block_freed(held[i % block_count]);
        held[i % block_count] = hand_out(pool, (int)(i % block_count));
        free(block);
    }
    const struct itimerval never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &never, NULL);
    prof_blocks_freed(handlers_pool, pool_bytes);
    prof_blocks_freed(pool, pool_bytes);
    hand_out_all(pool);
}

static void wrong(void) {
    in_malloc();
    prof_block_allocated(NULL, 48);
    prof_block_allocated(pool + 20000, 0);
    prof_block_freed(NULL);
    prof_block_freed(pool + 20000);                    // never reported
    prof_block_freed(&pool);                           // no pool at all
    prof_block_allocated(pool + pool_bytes - 47, 48);  // crosses the end
    prof_block_allocated((void*)-16, 48);              // and that of the address space
    prof_block_allocated(pool, (size_t)-1);
    prof_block_allocated(malloc(48), 48);                   // malloc's, and too small to be a pool
    prof_block_allocated(held[3], block_bytes);             // twice
    prof_block_allocated((char*)held[5] + 8, block_bytes);  // over another: that one is no more
    prof_blocks_freed((void*)-16, (size_t)-1);
    held[5] = (void**)((char*)held[5] + 8);
}

int main(int count, char** arguments) {
    const char* const way = count > 1 ? arguments[1] : "";
    if (strcmp(way, "pool") == 0) in_malloc();
    if (strcmp(way, "lost") == 0) in_malloc(), forget_some();
    if (strcmp(way, "chain") == 0) in_chain();
    if (strcmp(way, "stale") == 0) stale(calloc(1, pool_bytes));
    if (strcmp(way, "stale_mapping") == 0) stale(mapped());
    if (strcmp(way, "stale_variable") == 0) stale(variable);
    if (strcmp(way, "reset") == 0) reset();
    if (strcmp(way, "mapping") == 0) hand_out_all(pool = mapped()), forget_some();
    if (strcmp(way, "variable") == 0) hand_out_all(variable), forget_some();
    if (strcmp(way, "unmapped") == 0) hand_out_all(pool = mapped()), munmap(pool, pool_bytes);
    if (strcmp(way, "no_more") == 0) no_more();
    if (strcmp(way, "after") == 0) in_malloc(), atexit(at_the_end);
    if (strcmp(way, "child") == 0) child();
    if (strcmp(way, "signals") == 0) signals();
    if (strcmp(way, "wrong") == 0) wrong();
    printf("done %d\n", is_before || pool != NULL || way[0] != '\0');
    return 0;
}

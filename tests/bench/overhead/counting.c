/* SPDX-License-Identifier: MIT
 *
 * The least that a preload can do and still count: one more for each allocation, in the thread's own words.
 *
 * Side:    tests, bench. What it adds to a program is the price of being in between at all; it also says how often a
 *          program allocates. It passes on to whatever allocator the program has. A realloc is one allocation.
 * Threads: each has a slot of its own; from the 4096th on they share one, and may lose counts.
 * Memory:  the slots; with COUNTING_FOLDER they are a file of it, PID.counts, which survives any end of the process.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SLOTS = 4096 };

struct slot {
    _Alignas(64) uint64_t allocated; /* a cache line for each thread */
    uint64_t freed;
};

static struct slot in_memory[SLOTS];
static struct slot* slots = in_memory;
static atomic_uint taken;
static __thread struct slot* own __attribute__((tls_model("initial-exec")));

static void* (*next_malloc)(size_t);
static void* (*next_calloc)(size_t, size_t);
static void* (*next_realloc)(void*, size_t);
static void (*next_free)(void*);
static int (*next_posix_memalign)(void**, size_t, size_t);
static void* (*next_aligned_alloc)(size_t, size_t);
static void* (*next_memalign)(size_t, size_t);

static void find_next(void) {
    *(void**)&next_calloc = dlsym(RTLD_NEXT, "calloc");
    *(void**)&next_realloc = dlsym(RTLD_NEXT, "realloc");
    *(void**)&next_free = dlsym(RTLD_NEXT, "free");
    *(void**)&next_posix_memalign = dlsym(RTLD_NEXT, "posix_memalign");
    *(void**)&next_aligned_alloc = dlsym(RTLD_NEXT, "aligned_alloc");
    *(void**)&next_memalign = dlsym(RTLD_NEXT, "memalign");
    *(void**)&next_malloc = dlsym(RTLD_NEXT, "malloc");
}

static __attribute__((noinline)) struct slot* new_slot(void) {
    if (next_malloc == NULL) find_next();
    unsigned number = atomic_fetch_add(&taken, 1);
    own = &slots[number < SLOTS ? number : SLOTS - 1];
    return own;
}

static inline struct slot* mine(void) { return __builtin_expect(own != NULL, 1) ? own : new_slot(); }

/* ---- The file ---------------------------------------------------------------------------------------------------- */

static void open_file(void) {
    const char* folder = getenv("COUNTING_FOLDER");
    char path[4096];
    if (folder == NULL || snprintf(path, sizeof path, "%s/%d.counts", folder, getpid()) >= (int)sizeof path) return;
    const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return;
    void* mapped = MAP_FAILED;
    if (ftruncate(fd, sizeof in_memory) == 0)
        mapped = mmap(NULL, sizeof in_memory, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped == MAP_FAILED) return;
    memcpy(mapped, in_memory, sizeof in_memory);
    slots = mapped;
    own = NULL;
}

static void in_child(void) {
    memset(in_memory, 0, sizeof in_memory);
    slots = in_memory;
    own = NULL;
    atomic_store(&taken, 0);
    open_file();
}

__attribute__((constructor)) static void start(void) {
    open_file();
    pthread_atfork(NULL, NULL, in_child);
}

/* ---- The hooks --------------------------------------------------------------------------------------------------- */

void* malloc(size_t size) {
    ++mine()->allocated;
    return next_malloc(size);
}

void* calloc(size_t count, size_t size) {
    ++mine()->allocated;
    return next_calloc(count, size);
}

void* realloc(void* block, size_t size) {
    ++mine()->allocated;
    return next_realloc(block, size);
}

void free(void* block) {
    ++mine()->freed;
    next_free(block);
}

int posix_memalign(void** block, size_t alignment, size_t size) {
    ++mine()->allocated;
    return next_posix_memalign(block, alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) {
    ++mine()->allocated;
    return next_aligned_alloc(alignment, size);
}

void* memalign(size_t alignment, size_t size) {
    ++mine()->allocated;
    return next_memalign(alignment, size);
}

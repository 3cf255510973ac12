/* SPDX-License-Identifier: MIT
 *
 * A second opinion: a preload that counts allocations, requested bytes and what is still live, and does nothing else.
 *
 * Side:    tests. Loaded behind the agent (LD_PRELOAD="libprof.so counting_shim.so"), so that both count the very same
 *          calls: whatever the program calls reaches the agent, and what the agent passes on reaches the shim. Two
 * runs, one with each, would differ where a program sizes things by addresses or by its environment. Threads: one lock
 * around everything; this is for being right, not for being fast. Memory:  a table in its own mapping; the program's
 * blocks are as they would be without us.
 *
 * Figures are in a shared mapping of $COUNTING_SHIM_FOLDER/EXECUTABLE.PID.counts (struct counts), so that they survive
 * whatever way the process ends. A forked child goes on with a copy in a file of its own. Without the variable
 * nothing is written. A realloc counts as one allocation of the new size; one that fails does not count.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* glibc's own entry points: no dlsym, which allocates. */
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
void __libc_free(void* block);

struct counts {
    uint64_t allocated_blocks;
    uint64_t allocated_bytes;
    uint64_t live_blocks;
    uint64_t live_bytes;
    uint64_t peak_bytes;
    uint64_t unknown_frees;
};

static struct counts before_the_file;
static struct counts* counts = &before_the_file;

/* An open-addressed table of live blocks: linear probing, deletion by shifting back. */
struct block {
    uintptr_t address; /* 0: free */
    size_t size;
};
static struct block* table;
static size_t capacity; /* a power of two */
static size_t used;
static atomic_flag lock = ATOMIC_FLAG_INIT;

static void take_lock(void) {
    while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire)) sched_yield();
}
static void release_lock(void) { atomic_flag_clear_explicit(&lock, memory_order_release); }

static size_t home_of(uintptr_t address) {
    return (size_t)((address >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (capacity - 1);
}

static void put(uintptr_t address, size_t size) {
    size_t at = home_of(address);
    while (table[at].address != 0 && table[at].address != address) at = (at + 1) & (capacity - 1);
    if (table[at].address == 0) ++used;
    table[at] = (struct block){address, size};
}

static void grow(void) {
    struct block* old = table;
    const size_t old_capacity = capacity;
    capacity = old_capacity == 0 ? 1 << 16 : old_capacity * 2;
    table = mmap(NULL, capacity * sizeof(struct block), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (table == MAP_FAILED) abort();
    used = 0;
    for (size_t i = 0; i < old_capacity; ++i)
        if (old[i].address != 0) put(old[i].address, old[i].size);
    if (old != NULL) munmap(old, old_capacity * sizeof(struct block));
}

/* Takes a block out; false when it is not known. */
static bool take(uintptr_t address, size_t* size) {
    if (capacity == 0) return false;
    size_t hole = home_of(address);
    while (table[hole].address != address) {
        if (table[hole].address == 0) return false;
        hole = (hole + 1) & (capacity - 1);
    }
    *size = table[hole].size;
    for (size_t at = (hole + 1) & (capacity - 1); table[at].address != 0; at = (at + 1) & (capacity - 1)) {
        const size_t home = home_of(table[at].address);
        if (((at - home) & (capacity - 1)) < ((at - hole) & (capacity - 1))) continue;
        table[hole] = table[at];
        hole = at;
    }
    table[hole].address = 0;
    --used;
    return true;
}

static void* counted(void* block, size_t size) {
    if (block == NULL) return NULL;
    take_lock();
    if (used * 2 >= capacity) grow();
    put((uintptr_t)block, size);
    ++counts->allocated_blocks;
    counts->allocated_bytes += size;
    ++counts->live_blocks;
    counts->live_bytes += size;
    if (counts->live_bytes > counts->peak_bytes) counts->peak_bytes = counts->live_bytes;
    release_lock();
    return block;
}

static bool discount(void* block, size_t* size) {
    take_lock();
    const bool known = take((uintptr_t)block, size);
    if (known) {
        --counts->live_blocks;
        counts->live_bytes -= *size;
    } else {
        ++counts->unknown_frees;
    }
    release_lock();
    return known;
}

/* ---- The file ---------------------------------------------------------------------------------------------------- */

static void open_file(void) {
    const char* folder = getenv("COUNTING_SHIM_FOLDER");
    if (folder == NULL) return;
    char executable[PATH_MAX] = "", path[PATH_MAX];
    if (readlink("/proc/self/exe", executable, sizeof(executable) - 1) < 0) return;
    const char* slash = strrchr(executable, '/');
    const int length =
        snprintf(path, sizeof(path), "%s/%s.%d.counts", folder, slash ? slash + 1 : executable, getpid());
    if (length < 0 || (size_t)length >= sizeof(path)) return;
    const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return;
    void* mapped = MAP_FAILED;
    if (ftruncate(fd, sizeof(struct counts)) == 0)
        mapped = mmap(NULL, sizeof(struct counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped == MAP_FAILED) return;
    memcpy(mapped, counts, sizeof(struct counts));
    counts = mapped;
}

static void in_child(void) {
    open_file();
    release_lock();
}

__attribute__((constructor)) static void start(void) {
    take_lock();
    open_file();
    release_lock();
    pthread_atfork(take_lock, release_lock, in_child);
}

/* ---- The hooks ---------------------------------------------------------------------------------------------------
 * None calls another by its public name: that call would start at the agent again, which would count it twice. */

static void* counted_memalign(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size), size); }

static void discounted_free(void* block) {
    size_t size = 0;
    if (block != NULL) discount(block, &size);
    __libc_free(block);
}

static void* counted_realloc(void* block, size_t size) {
    if (block == NULL) return counted(__libc_malloc(size), size);
    if (size == 0) {
        discounted_free(block);
        return NULL;
    }
    size_t old_size = 0;
    const bool known = discount(block, &old_size);
    void* moved = __libc_realloc(block, size);
    if (moved != NULL) return counted(moved, size);
    if (known) {
        take_lock();
        put((uintptr_t)block, old_size);
        ++counts->live_blocks;
        counts->live_bytes += old_size;
        release_lock();
    }
    return NULL;
}

static size_t page_bytes(void) { return (size_t)sysconf(_SC_PAGESIZE); }

void* malloc(size_t size) { return counted(__libc_malloc(size), size); }
void* calloc(size_t count, size_t size) { return counted(__libc_calloc(count, size), count * size); }
void free(void* block) { discounted_free(block); }
void* realloc(void* block, size_t size) { return counted_realloc(block, size); }
void* memalign(size_t alignment, size_t size) { return counted_memalign(alignment, size); }
void* aligned_alloc(size_t alignment, size_t size) { return counted_memalign(alignment, size); }
void* valloc(size_t size) { return counted_memalign(page_bytes(), size); }

void* pvalloc(size_t size) {
    const size_t whole_pages = (size + page_bytes() - 1) / page_bytes() * page_bytes();
    return counted(__libc_memalign(page_bytes(), whole_pages), size);
}

int posix_memalign(void** block, size_t alignment, size_t size) {
    if (alignment == 0 || alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
    const int kept = errno;
    void* made = counted_memalign(alignment, size);
    errno = kept;
    if (made == NULL) return ENOMEM;
    *block = made;
    return 0;
}

void* reallocarray(void* block, size_t count, size_t size) {
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return counted_realloc(block, bytes);
}

// SPDX-License-Identifier: MIT
//
// Allocates in every way of C and C++, in all small sizes, from several threads, and keeps a list of what it did: the
// truth that allocators.py compares a snapshot with.
//
// Side: tests.  families TRUTH   writes what lives at the end into the file TRUTH as "ADDRESS SIZE" lines, and before
// them "allocated BLOCKS BYTES". It is built plain and against each allocator; with FAMILY_JEMALLOC or FAMILY_MIMALLOC
// it also calls what only that one has. Its own lists are static, so that every block of its code is in them.
#include <malloc.h>
#include <pthread.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#ifdef FAMILY_JEMALLOC
#include <jemalloc/jemalloc.h>
#endif
#ifdef FAMILY_MIMALLOC
#include <mimalloc.h>
#endif

namespace {

constexpr int threads = 4, most = 20'000;
constexpr size_t small_sizes = 64,
                 large_sizes[] = {65, 100, 127, 128, 129, 1000, 4096, 5000, 70'000, 300'000, 3'000'000};

struct Ledger {
    struct Entry {
        void* block;
        size_t size;
        void (*release)(void*, size_t);
    };
    Entry entry[most];
    int count;
    uint64_t blocks, bytes;  // ever allocated

    void* note(void* block, size_t size, void (*release)(void*, size_t)) {
        if (block == nullptr) std::abort();
        ++blocks, bytes += size;
        entry[count++] = {block, size, release};
        return block;
    }
    // The newest one was given another block.
    void move(void* block, size_t size) {
        if (block == nullptr) std::abort();
        ++blocks, bytes += size;
        entry[count - 1].block = block, entry[count - 1].size = size;
    }
};
Ledger ledgers[threads];

struct alignas(64) Wide {
    char bytes[64];
};

template <class T>
[[gnu::noinline]] T* opaque(T* pointer) {
    asm volatile("" : "+r"(pointer) : : "memory");
    return pointer;
}

void by_free(void* block, size_t) { std::free(block); }
void by_delete(void* block, size_t) { ::operator delete(block); }
void by_sized_delete(void* block, size_t size) { ::operator delete(block, size); }
void by_array_delete(void* block, size_t) { ::operator delete[](block); }
void by_sized_array_delete(void* block, size_t size) { ::operator delete[](block, size); }
void by_nothrow_delete(void* block, size_t) { ::operator delete(block, std::nothrow); }
void by_nothrow_array_delete(void* block, size_t) { ::operator delete[](block, std::nothrow); }
void by_aligned_delete(void* block, size_t) { ::operator delete (block, std::align_val_t{64}); }
void by_aligned_sized_delete(void* block, size_t size) { ::operator delete (block, size, std::align_val_t{64}); }
void by_aligned_array_delete(void* block, size_t) { ::operator delete[](block, std::align_val_t{64}); }
void by_aligned_sized_array_delete(void* block, size_t size) { ::operator delete[](block, size, std::align_val_t{64}); }
void by_aligned_nothrow_delete(void* block, size_t) { ::operator delete (block, std::align_val_t{64}, std::nothrow); }
void by_aligned_nothrow_array_delete(void* block, size_t) {
    ::operator delete[](block, std::align_val_t{64}, std::nothrow);
}

void c_family(Ledger& ledger, size_t size) {
    ledger.note(std::malloc(size), size, by_free);
    ledger.note(std::calloc(1, size), size, by_free);
    ledger.note(std::realloc(nullptr, size), size, by_free);
    ledger.note(std::malloc(8), 8, by_free);
    ledger.move(std::realloc(ledger.entry[ledger.count - 1].block, size), size);
    ledger.note(std::malloc(size + 100), size + 100, by_free);
    ledger.move(std::realloc(ledger.entry[ledger.count - 1].block, size), size);
    ledger.note(reallocarray(nullptr, 2, size), 2 * size, by_free);
    ledger.note(std::aligned_alloc(64, size), size, by_free);
    ledger.note(memalign(32, size), size, by_free);
    void* aligned = nullptr;
    if (posix_memalign(&aligned, 256, size) != 0) std::abort();
    ledger.note(aligned, size, by_free);
    if (size % 16 == 0) ledger.note(valloc(size), size, by_free);
#ifndef FAMILY_WITHOUT_PVALLOC  // jemalloc leaves it to libc, whose blocks it cannot free
    if (size % 32 == 0) ledger.note(pvalloc(size), size, by_free);
#endif
}

void cpp_family(Ledger& ledger, size_t size) {
    constexpr auto wide = std::align_val_t{64};
    const size_t whole = (size + 63) / 64 * 64;  // as sizes of aligned types are
    ledger.note(::operator new(size), size, by_delete);
    ledger.note(::operator new(size), size, by_sized_delete);
    ledger.note(::operator new(size), size, by_nothrow_delete);
    ledger.note(::operator new[](size), size, by_array_delete);
    ledger.note(::operator new[](size), size, by_sized_array_delete);
    ledger.note(::operator new(size, std::nothrow), size, by_delete);
    ledger.note(::operator new[](size, std::nothrow), size, by_nothrow_array_delete);
    ledger.note(::operator new(whole, wide), whole, by_aligned_delete);
    ledger.note(::operator new(whole, wide), whole, by_aligned_sized_delete);
    ledger.note(::operator new[](whole, wide), whole, by_aligned_array_delete);
    ledger.note(::operator new[](whole, wide), whole, by_aligned_sized_array_delete);
    ledger.note(::operator new(whole, wide, std::nothrow), whole, by_aligned_nothrow_delete);
    ledger.note(::operator new[](whole, wide, std::nothrow), whole, by_aligned_nothrow_array_delete);
}

#ifdef FAMILY_JEMALLOC
void by_dallocx(void* block, size_t) { dallocx(block, 0); }
void by_sdallocx(void* block, size_t size) { sdallocx(block, size, 0); }

void own_family(Ledger& ledger, size_t size) {
    ledger.note(mallocx(size, 0), size, by_dallocx);
    ledger.note(mallocx(size, MALLOCX_ZERO | MALLOCX_ALIGN(64)), size, by_free);
    ledger.note(std::malloc(size), size, by_sdallocx);
    ledger.note(mallocx(8, 0), 8, by_dallocx);
    ledger.move(rallocx(ledger.entry[ledger.count - 1].block, size, 0), size);
    // In place: the block stays, and its size becomes what the program asked for.
    void* block = ledger.note(mallocx(size, 0), size, by_dallocx);
    const size_t wanted = size > 1 ? size - 1 : 1;
    if (xallocx(block, wanted, 0, 0) >= wanted) ledger.move(block, wanted);
    if (sallocx(block, 0) < wanted || nallocx(size, 0) < size) std::abort();
}
#elif defined(FAMILY_MIMALLOC)
void by_mi_free(void* block, size_t) { mi_free(block); }
void by_mi_free_size(void* block, size_t size) { mi_free_size(block, size); }
void by_mi_free_aligned(void* block, size_t) { mi_free_aligned(block, 64); }
void by_mi_free_size_aligned(void* block, size_t size) { mi_free_size_aligned(block, size, 64); }

void own_family(Ledger& ledger, size_t size) {
    ledger.note(mi_malloc(size), size, by_mi_free);
    ledger.note(mi_zalloc(size), size, by_mi_free_size);
    ledger.note(mi_calloc(1, size), size, by_free);
    ledger.note(mi_mallocn(2, size), 2 * size, by_mi_free);
    if (size <= 1024) ledger.note(mi_malloc_small(size), size, by_mi_free);
    if (size <= 1024) ledger.note(mi_zalloc_small(size), size, by_mi_free);
    ledger.note(mi_malloc_aligned(size, 64), size, by_mi_free_aligned);
    ledger.note(mi_zalloc_aligned(size, 64), size, by_mi_free_size_aligned);
    ledger.note(mi_calloc_aligned(1, size, 64), size, by_mi_free);
    ledger.note(mi_malloc(8), 8, by_mi_free);
    ledger.move(mi_realloc(ledger.entry[ledger.count - 1].block, size), size);
    ledger.note(mi_malloc(8), 8, by_mi_free);
    ledger.move(mi_reallocn(ledger.entry[ledger.count - 1].block, 1, size), size);
    ledger.note(mi_malloc(8), 8, by_mi_free);
    ledger.move(mi_reallocf(ledger.entry[ledger.count - 1].block, size), size);
    ledger.note(mi_zalloc(8), 8, by_mi_free);
    ledger.move(mi_rezalloc(ledger.entry[ledger.count - 1].block, size), size);
    ledger.note(mi_zalloc(8), 8, by_mi_free);
    ledger.move(mi_recalloc(ledger.entry[ledger.count - 1].block, 1, size), size);
    ledger.note(mi_malloc_aligned(8, 64), 8, by_mi_free);
    ledger.move(mi_realloc_aligned(ledger.entry[ledger.count - 1].block, size, 64), size);
    ledger.note(mi_new(size), size, by_mi_free);
    ledger.note(mi_new_n(2, size), 2 * size, by_mi_free);
    ledger.note(mi_new_aligned(size, 64), size, by_mi_free);
    ledger.note(mi_new_nothrow(size), size, by_mi_free);
    ledger.note(mi_new_aligned_nothrow(size, 64), size, by_mi_free);
    ledger.note(mi_strdup("text"), 5, by_mi_free);
}
#else
void own_family(Ledger&, size_t) {}
#endif

// Each second one of what came before, and later of what another thread left.
void release_some(Ledger& ledger, int from) {
    int kept = from;
    for (int i = from; i < ledger.count; ++i) {
        Ledger::Entry& entry = ledger.entry[i];
        if (i % 2 == 0) {
            entry.release(entry.block, entry.size);
        } else {
            ledger.entry[kept++] = entry;
        }
    }
    ledger.count = kept;
}

void allocate_all(Ledger& ledger, size_t size) {
    c_family(ledger, size);
    cpp_family(ledger, size);
    own_family(ledger, size);
}

void* work(void* argument) {
    auto& ledger = *static_cast<Ledger*>(argument);
    for (int round = 0; round < 2; ++round) {
        for (size_t size = 1; size <= small_sizes; ++size) {
            const int from = ledger.count;
            allocate_all(ledger, size);
            if (round == 0) release_some(ledger, from);
        }
        for (const size_t size : large_sizes) {
            const int from = ledger.count;
            allocate_all(ledger, size);
            release_some(ledger, from);
        }
    }
    return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    static pthread_t thread[threads];
    for (int i = 1; i < threads; ++i)
        if (pthread_create(&thread[i], nullptr, work, &ledgers[i]) != 0) return 1;
    work(&ledgers[0]);
    for (int i = 1; i < threads; ++i) pthread_join(thread[i], nullptr);
    for (Ledger& ledger : ledgers) release_some(ledger, ledger.count / 2);  // freed by another thread
    uint64_t blocks = 0, bytes = 0;
    for (const Ledger& ledger : ledgers) blocks += ledger.blocks, bytes += ledger.bytes;
    std::FILE* truth = std::fopen(argv[1], "w");
    if (truth == nullptr) return 1;
    std::fprintf(truth, "allocated %llu %llu\n", static_cast<unsigned long long>(blocks),
                 static_cast<unsigned long long>(bytes));
    for (const Ledger& ledger : ledgers)
        for (int i = 0; i < ledger.count; ++i)
            std::fprintf(truth, "%llx %zu\n",
                         static_cast<unsigned long long>(reinterpret_cast<uintptr_t>(ledger.entry[i].block)),
                         ledger.entry[i].size);
    return std::fclose(truth) == 0 ? 0 : 1;
}

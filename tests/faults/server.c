// SPDX-License-Identifier: MIT
//
// A server without a network, for the soak: server.c SECONDS. Workers that stay and threads that come and go replace
// sessions in a table, each of one block and three parts; it keeps an account of what lives, and prints it and how
// many requests there were when the time is over. Side: tests.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { workers = 3, guests = 4, requests_of_guest = 300, places = 20000, locks = 64, parts = 3, page = 2048 };

struct session {
    void* part[parts];
    size_t bytes[parts];
};

static struct session* table[places];
static pthread_mutex_t lock[locks];
static int64_t sessions, parts_bytes;
static uint64_t requests, threads_begun;
static int is_over;

__attribute__((noinline)) struct session* take_session(void) {
    struct session* made = malloc(sizeof *made);
    __asm__ volatile("" ::: "memory");
    return made;
}

__attribute__((noinline)) void* take_part(size_t bytes) {
    void* made = malloc(bytes);
    __asm__ volatile("" ::: "memory");
    return made;
}

static uint64_t draw(uint64_t* state, uint64_t below) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (*state >> 33) % below;
}

static uint64_t work(uint64_t seed) {
    uint64_t text[page / sizeof(uint64_t)];
    for (size_t i = 0; i < page / sizeof(uint64_t); ++i) text[i] = seed * i;
    uint64_t sum = 0;
    for (int round = 0; round < 8; ++round)
        for (size_t i = 0; i < page / sizeof(uint64_t); ++i) sum = (sum ^ text[i]) * 0x100000001b3u;
    return sum;
}

static void drop(struct session* old) {
    int64_t bytes = 0;
    for (int i = 0; i < parts; ++i) bytes += (int64_t)old->bytes[i], free(old->part[i]);
    free(old);
    __atomic_fetch_sub(&sessions, 1, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&parts_bytes, bytes, __ATOMIC_RELAXED);
}

static void serve(uint64_t* state) {
    struct session* fresh = take_session();
    int64_t bytes = 0;
    for (int i = 0; i < parts; ++i) {
        fresh->bytes[i] = 16 + draw(state, 300);
        fresh->part[i] = take_part(fresh->bytes[i]);
        memset(fresh->part[i], (int)work(*state), fresh->bytes[i]);
        bytes += (int64_t)fresh->bytes[i];
    }
    __atomic_fetch_add(&sessions, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&parts_bytes, bytes, __ATOMIC_RELAXED);
    const uint64_t at = draw(state, places);
    pthread_mutex_lock(&lock[at % locks]);
    struct session* old = table[at];
    table[at] = fresh;
    pthread_mutex_unlock(&lock[at % locks]);
    if (old != NULL) drop(old);
    __atomic_fetch_add(&requests, 1, __ATOMIC_RELAXED);
}

static void* in_worker(void* number) {
    uint64_t state = (uint64_t)(uintptr_t)number;
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) serve(&state);
    return NULL;
}

static void* in_guest(void* number) {
    uint64_t state = (uint64_t)(uintptr_t)number;
    for (int i = 0; i < requests_of_guest; ++i) serve(&state);
    return NULL;
}

static void* in_host(void* unused) {
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
        pthread_t guest[guests];
        for (int i = 0; i < guests; ++i) pthread_create(&guest[i], NULL, in_guest, (void*)(uintptr_t)++threads_begun);
        for (int i = 0; i < guests; ++i) pthread_join(guest[i], NULL);
    }
    return unused;
}

int main(int argc, char** argv) {
    setvbuf(stdout, NULL, _IONBF, 0);
    const time_t seconds = argc > 1 ? atoi(argv[1]) : 1;
    pthread_t host, worker[workers];
    for (int i = 0; i < locks; ++i) pthread_mutex_init(&lock[i], NULL);
    for (uintptr_t i = 0; i < workers; ++i) pthread_create(&worker[i], NULL, in_worker, (void*)(i + 1000003));
    pthread_create(&host, NULL, in_host, NULL);
    struct timespec left = {seconds, 0};
    while (nanosleep(&left, &left) != 0) continue;
    __atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < workers; ++i) pthread_join(worker[i], NULL);
    pthread_join(host, NULL);
    printf("%llu %llu %lld %lld\n", (unsigned long long)requests, (unsigned long long)threads_begun,
           (long long)sessions, (long long)parts_bytes);
    return 0;
}

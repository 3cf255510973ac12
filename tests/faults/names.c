// SPDX-License-Identifier: MIT
//
// Everything that a program may name has a name that speaks to terminals: EVIL is a string that the test compiles in,
// and so is the name of this file. Side: tests.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <prof/prof.h>

#line 1 EVIL_FILE

static void* held[400];

__attribute__((noinline)) static void* take(size_t bytes) {
    void* block = malloc(bytes);
    __asm__ volatile("" ::: "memory");
    return block;
}

int main(void) {
    const struct prof_field_declaration fields[] = {{.name = EVIL, .type = EVIL, .offset = 0, .bytes = 8}};
    const struct prof_type_declaration declaration = {
        .name = EVIL, .bytes = 64, .flags = 0, .field_count = 1, .fields = fields};
    const uint32_t type = prof_type_declare(&declaration);
    pthread_setname_np(pthread_self(), EVIL_SHORT);
    prof_root_declare(EVIL, &held[0], sizeof held[0]);
    for (int i = 0; i < 400; ++i) {
        const uint64_t scope = prof_agent_scope_enter ? prof_agent_scope_enter(EVIL) : 0;
        prof_next_type(type);
        held[i] = take(64);
        memset(held[i], 0, 64);
        if (i > 0 && i % 3 != 0) *(void**)held[i] = held[i - 1];
        if (i % 50 == 49) prof_take_snapshot(NULL);
        if (prof_agent_scope_leave) prof_agent_scope_leave(scope);
        if (i % 7 == 0) held[i] = NULL;
    }
    return 0;
}

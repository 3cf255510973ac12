/* SPDX-License-Identifier: MIT
 *
 * A C program that says what it allocates, rightly and wrongly, at every time of its life: said WAY [PLUGIN]
 *
 * Side: tests. What is allocated stays allocated; blocks of one way have sizes of their own. tags.py says what must be
 * in the snapshots. */
#include <prof/prof.h>

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

struct point {
    struct point* next;
    int x, y;
};
static const struct prof_field_declaration point_fields[] = {
    {"y", "int", 12, 4, 0, 0}, {"x", "int", 8, 4, 0, 0}, {"next", "point", 0, 8, PROF_FIELD_POINTER, 0}};
static const struct prof_type_declaration point_type = {"point", sizeof(struct point), 0, 3, point_fields};

static void* volatile kept;

static void* typed(uint32_t type, size_t bytes) {
    prof_next_type(type);
    return kept = malloc(bytes);
}

/* Before main, and after exit began. */
static uint64_t whole;
__attribute__((constructor)) static void begin(void) {
    if (getenv("SAY_BEFORE_MAIN") == NULL) return;
    whole = prof_scope_enter("before main");
    typed(prof_type_declare(&point_type), 3 * sizeof(struct point));
    prof_scope_leave(whole);
}
static void after(void) {
    whole = prof_scope_enter("after exit");
    typed(prof_type_declare(&point_type), 5 * sizeof(struct point));
}

static void child(uint32_t type) {
    const uint64_t token = prof_scope_enter("parent");
    const pid_t pid = fork();
    if (pid == 0) {
        const struct prof_type_declaration own = {"child's own", 24, 0, 0, NULL};
        typed(type, 7 * sizeof(struct point));
        prof_scope_enter("child");
        typed(prof_type_declare(&own), 24);
        prof_scope_leave(token);
        typed(type, 9 * sizeof(struct point));
        _exit(prof_take_snapshot("child.heap") == 0 ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    prof_scope_leave(token);
    printf("child %d\n", status);
}

static uint32_t in_handler;
static volatile sig_atomic_t handled;
static void handle(int signal) {
    (void)signal;
    const uint64_t token = prof_scope_enter("handler");
    if (prof_type_declare(&point_type) != in_handler) abort();
    prof_block_type((void*)&handled, in_handler);
    prof_scope_leave(token);
    ++handled;
}
/* What main says holds, whatever a handler says in between. */
static void signals(uint32_t type) {
    in_handler = type;
    signal(SIGALRM, handle);
    const struct itimerval often = {{0, 200}, {0, 200}};
    setitimer(ITIMER_REAL, &often, NULL);
    for (int i = 0; handled < 300 || i < 20000; ++i) {
        const uint64_t outer = prof_scope_enter("outer"), inner = prof_scope_enter(i % 2 == 0 ? "even" : "odd");
        void* const block = typed(type, 11 * sizeof(struct point));
        prof_scope_leave(inner);
        prof_scope_leave(outer);
        if (i >= 100) free(block);
    }
    const struct itimerval never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &never, NULL);
}

static void wrong(uint32_t type) {
    struct prof_field_declaration overlapping[] = {{"a", "int", 0, 8, 0, 0}, {"b", "int", 4, 4, 0, 0}};
    const struct prof_type_declaration declarations[] = {{"overlapping", 16, 0, 2, overlapping},
                                                         {NULL, 16, 0, 0, NULL},
                                                         {"", 16, 0, 0, NULL},
                                                         {"nothing", 0, 0, 0, NULL},
                                                         {"no fields", 16, 0, 2, NULL}};
    for (size_t i = 0; i < sizeof declarations / sizeof *declarations; ++i)
        if (prof_type_declare(&declarations[i]) != 0) puts("taken");
    if (prof_type_declare(NULL) != 0) puts("taken");
    void* const freed = malloc(333);
    free(freed);
    if (prof_block_type(freed, type) == 0 || prof_block_type(NULL, type) == 0) puts("taken");
    typed(type + 1000, 1111);
    prof_scope_enter(NULL);
    const uint64_t outer = prof_scope_enter("outer");
    const uint64_t inner = prof_scope_enter("inner");
    prof_scope_leave(outer);
    prof_scope_leave(inner);
    prof_scope_leave(outer);
    prof_scope_leave(~UINT64_C(0));
    kept = malloc(1112);
    for (int i = 0; i < 10000000; ++i) prof_scope_leave(prof_scope_enter("ten million"));
}

/* Born outside of all, before anything was tagged. */
static void grown(uint32_t type) {
    void* const plain = malloc(100);
    void* const named = malloc(100);
    prof_scope_enter("grown in");
    kept = realloc(plain, 2221);
    prof_next_type(type);
    kept = realloc(named, 2222);
    kept = realloc(NULL, 2223);
}

static void library(const char* path) {
    void* const plugin = dlopen(path, RTLD_NOW);
    void (*const allocate)(void) = (void (*)(void))dlsym(plugin, "allocate");
    allocate();
    dlclose(plugin);
    printf("unloaded %d\n", dlopen(path, RTLD_NOW | RTLD_NOLOAD) == NULL);
}

int main(int count, char** arguments) {
    const char* const way = count > 1 ? arguments[1] : "";
    const uint32_t type = prof_type_declare(&point_type);
    if (strcmp(way, "once") == 0) typed(type, sizeof(struct point));
    if (strcmp(way, "after") == 0) atexit(after);
    if (strcmp(way, "child") == 0) child(type);
    if (strcmp(way, "grown") == 0) grown(type);
    if (strcmp(way, "signals") == 0) signals(type);
    if (strcmp(way, "wrong") == 0) wrong(type);
    if (strcmp(way, "library") == 0) library(arguments[2]);
    return 0;
}

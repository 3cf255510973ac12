// SPDX-License-Identifier: MIT
//
// A prefork server: holds 100 blocks of 1,000 bytes, then forks workers, of which the first serves 300 blocks of 5,000
// bytes, the second 600, and so on. serves.c HOW [COUNT [FOLDER]] says what then becomes of them:
//
//   dies     the first is killed, the others end         threads  each serves in a thread of its own, and is killed
//   wait     they live until the input ends              bears    each has a child of its own that serves and is killed
//   little   each makes one block and is killed          brief    each makes one block and ends
//   idles    each makes one block and lives until the input ends
//   locked   each may call nothing but what malloc does from its first block on, serves, and stumbles
//   grows    the first joins the cgroup FOLDER and serves until it is killed
//
// "parent-threads" before it, as in parent-threads-dies: the server has had a thread of its own before. Side: tests.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void* inherited[100];
static void** served;

void* serve(void* blocks) {
    const long count = (long)blocks;
    served = calloc((size_t)count, sizeof *served);
    for (long i = 0; i < count; ++i) served[i] = malloc(5000);
    return NULL;
}

static void* nothing(void* unused) { return unused; }

static void die(void) { kill(getpid(), SIGKILL); }

// From here on only what malloc may call; anything else ends the process.
static void lock_in(void) {
    const int allowed[] = {SYS_mmap, SYS_munmap, SYS_mremap, SYS_brk, SYS_madvise};
    struct sock_filter code[32] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
    unsigned short used = 1;
    for (unsigned i = 0; i < sizeof allowed / sizeof *allowed; ++i) {
        code[used++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)allowed[i], 0, 1);
        code[used++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    code[used++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    const struct sock_fprog filter = {used, code};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

static void join_and_grow(const char* folder) {
    char path[512];
    snprintf(path, sizeof path, "%s/cgroup.procs", folder);
    FILE* file = fopen(path, "w");
    fprintf(file, "%d", getpid());
    fclose(file);
    for (;;) memset(malloc(1 << 16), 1, 1 << 16);
}

static void work(const char* how, int number, const char* folder) {
    void* blocks = (void*)(300L * (number + 1));
    if (strcmp(how, "little") == 0 || strcmp(how, "brief") == 0 || strcmp(how, "idles") == 0) {
        inherited[0] = malloc(10);
    } else if (strcmp(how, "threads") == 0) {
        for (int i = 0; i < 5 * number; ++i) free(malloc(10));
        pthread_t thread;
        pthread_create(&thread, NULL, serve, blocks);
        pthread_join(thread, NULL);
    } else if (strcmp(how, "bears") == 0) {
        serve(blocks);
        if (fork() != 0) _exit(wait(NULL) < 0);
        serve(blocks);
    } else if (strcmp(how, "locked") == 0) {
        free(malloc(10));
        lock_in();
        serve(blocks);
        __builtin_trap();
    } else {
        serve(blocks);
    }
    if (strcmp(how, "grows") == 0 && number == 0) join_and_grow(folder);
    if (strcmp(how, "wait") == 0 || strcmp(how, "idles") == 0) return;
    if (strcmp(how, "brief") != 0 && (strcmp(how, "dies") != 0 || number == 0)) die();
    _exit(0);
}

int main(int argc, char** argv) {
    const char* how = argv[1];
    setvbuf(stdout, NULL, _IONBF, 0);
    for (int i = 0; i < 100; ++i) inherited[i] = malloc(1000);
    if (strncmp(how, "parent-threads-", 15) == 0) {
        pthread_t thread;
        pthread_create(&thread, NULL, nothing, NULL);
        pthread_join(thread, NULL);
        how += 15;
    }
    int to_parent[2], to_child[2];
    if (pipe(to_parent) != 0 || pipe(to_child) != 0) return 1;
    const int count = argc > 2 ? atoi(argv[2]) : 3;
    char one = 0;
    for (int i = 0; i < count; ++i) {
        if (fork() == 0) {
            work(how, i, argc > 3 ? argv[3] : "");
            close(to_child[1]);
            const long said = write(to_parent[1], "r", 1);
            _exit(said == 1 && read(to_child[0], &one, 1) == 0 ? 0 : 1);
        }
    }
    if (strcmp(how, "wait") == 0 || strcmp(how, "idles") == 0) {
        for (int i = 0; i < count; ++i)
            if (read(to_parent[0], &one, 1) != 1) return 1;
        puts("ready");
        while (read(0, &one, 1) > 0) continue;
        close(to_child[1]);
    }
    for (int status = 0; wait(&status) > 0;)
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) return 1;
    return 0;
}

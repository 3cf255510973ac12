/* SPDX-License-Identifier: MIT
 *
 * The same in plain C: a queue whose jobs are never taken out. */
#include <prof/prof.h>
#include <stdio.h>
#include <stdlib.h>

struct job {
    struct job* next;
    int number;
};

static struct job* queue;

int main(int argc, char** argv) {
    for (int number = 0; number < 1000; ++number) {
        struct job* job = malloc(sizeof *job);
        if (job == NULL) return 1;
        job->next = queue;
        job->number = number;
        queue = job;
    }
    struct prof_memory memory = {0};
    const int known = prof_traced_memory(&memory);
    printf("recording %d, known %d, blocks %s\n", prof_recording(), known,
           memory.live_blocks >= 1000 ? "many" : "few");
    return argc > 1 ? -prof_take_snapshot(argv[1]) : 0;
}

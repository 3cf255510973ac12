/* SPDX-License-Identifier: MIT
 *
 * Functions that the program writes into memory, without any unwind tables, allocate and are called back.
 * Side: tests.
 */
#include <sys/mman.h>

#include "world.h"

static long called;
static void* callback(size_t bytes) {
    ++called;
    return malloc(bytes);
}

int main(void) {
    /* push rbp? No: no frame pointer. sub rsp,8; mov edi,100; mov rax,imm64; call rax; add rsp,8; ret */
    unsigned char code[] = {0x48, 0x83, 0xec, 0x08, 0xbf, 0x64, 0,    0,    0,    0x48, 0xb8, 0,    0,
                            0,    0,    0,    0,    0,    0,    0xff, 0xd0, 0x48, 0x83, 0xc4, 0x08, 0xc3};
    void* (*const target)(size_t) = callback;
    memcpy(code + 11, &target, 8);
    const double began = seconds_now();
    do {
        unsigned char* made = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (made == MAP_FAILED) skip("memory cannot be made executable here");
        memcpy(made, code, sizeof code);
        for (int i = 0; i < 100; ++i) free(((void* (*)(void))made)());
        munmap(made, 4096);
    } while (still_time(began));
    say("called %d\n", called >= 100);
    world();
    return 0;
}

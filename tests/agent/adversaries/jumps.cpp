// SPDX-License-Identifier: MIT
//
// Stacks that lose frames without returning from them: exceptions, through several frames and rethrown; longjmp.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <stdexcept>
#include <string>
#include <vector>

static volatile long sink;
static jmp_buf back;

__attribute__((noinline)) static void throw_at(int depth, int kind) {
    std::string text(static_cast<size_t>(30 + depth), 'x');
    if (depth == 0) {
        if (kind % 2 == 0) throw std::runtime_error(text);
        throw kind;
    }
    try {
        throw_at(depth - 1, kind);
    } catch (int) {
        if (depth % 3 == 0) throw;
        std::vector<int> made(static_cast<size_t>(depth));
        sink = sink + static_cast<long>(made.size());
    }
}

__attribute__((noinline)) static void jump_at(int depth) {
    void* volatile block = malloc(static_cast<size_t>(16 + depth));
    free(block);
    if (depth == 0) longjmp(back, 1);
    jump_at(depth - 1);
    sink = sink + depth;
}

int main() {
    for (int i = 0; i < 200; ++i) {
        try {
            throw_at(i % 11, i);
        } catch (const std::exception& error) {
            sink = sink + error.what()[0];
        } catch (int number) {
            sink = sink + number;
        }
        if (setjmp(back) == 0) jump_at(i % 13);
    }
    puts("jumps");
}

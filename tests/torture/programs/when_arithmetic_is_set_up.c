/* SPDX-License-Identifier: MIT
 *
 * Rounding, flags and masks of both floating point units, SSE registers over calls of malloc, in handlers too.
 * Side: tests.
 */
#include <math.h>

#include "world.h"

int main(void) {
    fesetround(FE_UPWARD);
    feraiseexcept(FE_INEXACT | FE_UNDERFLOW);
    unsigned control = 0xffc0 & ~0x2000; /* flush to zero, denormals are zero */
    __asm__ volatile("ldmxcsr %0" : : "m"(control));
    const double began = seconds_now();
    long wrong = 0;
    do {
        double values[8];
        for (int i = 0; i < 8; ++i) values[i] = sqrt((double)(i + 2));
        void* block = malloc(100);
        for (int i = 0; i < 8; ++i) wrong += values[i] != sqrt((double)(i + 2));
        free(block);
        unsigned now = 0;
        __asm__ volatile("stmxcsr %0" : "=m"(now));
        wrong += (now & 0xffc0) != (control & 0xffc0);
    } while (still_time(began));
    say("wrong %ld\n", wrong);
    errno = 0;
    world();
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * mlockall for now and later, and a limit on locked memory of a megabyte: what fits, fits.
 * Side: tests.
 */
#include <sys/mman.h>

#include "world.h"

int main(void) {
    errno = 0;
    const int locked = mlockall(MCL_CURRENT | MCL_FUTURE);
    if (locked != 0) skip("memory cannot be locked here");
    const double began = seconds_now();
    while (still_time(began)) free(malloc(50000));
    char* large = malloc(8 << 20);
    memset(large, 1, 8 << 20);
    free(large);
    say("unlocked %d\n", munlockall());
    errno = 0;
    world();
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * setlocale, uselocale and newlocale: the program's own locale, in each thread, and what it prints by it.
 * Side: tests.
 */
#include "world.h"

static void* thread(void* unused) {
    locale_t own = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
    uselocale(own);
    free(malloc(100));
    say("thread %s\n", uselocale((locale_t)0) == own ? "its own" : "another");
    uselocale(LC_GLOBAL_LOCALE);
    freelocale(own);
    return unused;
}

int main(void) {
    say("%s\n", setlocale(LC_ALL, ""));
    pthread_t other;
    pthread_create(&other, NULL, thread, NULL);
    pthread_join(other, NULL);
    say("%.2f %s\n", 1234.5, setlocale(LC_NUMERIC, "C"));
    errno = 0;
    world();
    return 0;
}

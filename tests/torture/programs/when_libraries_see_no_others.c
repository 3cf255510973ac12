/* SPDX-License-Identifier: MIT
 *
 * RTLD_DEEPBIND and dlmopen: libraries that look for malloc elsewhere, and blocks that cross over to us.
 * Side: tests.
 */
#include "world.h"

int main(void) {
    void* deep = dlopen("libz.so.1", RTLD_NOW | RTLD_DEEPBIND);
    say("deep %d\n", deep != NULL);
    void* deeper = dlopen("libc.so.6", RTLD_NOW | RTLD_DEEPBIND);
    char* (*copies)(const char*) = (char* (*)(const char*))dlsym(deeper, "strdup");
    free(copies("allocated over there"));
    void* apart = dlmopen(LM_ID_NEWLM, "libm.so.6", RTLD_NOW);
    say("apart %d\n", apart != NULL);
    if (apart != NULL) {
        double (*root)(double) = (double (*)(double))dlsym(apart, "sqrt");
        say("root %d\n", (int)root(1764.0));
        void* (*allocates)(size_t) = (void* (*)(size_t))dlsym(apart, "malloc");
        void (*frees)(void*) = (void (*)(void*))dlsym(apart, "free");
        for (int i = 0; i < 1000; ++i) frees(allocates(100));
        dlclose(apart);
    }
    dlclose(deeper);
    dlclose(deep);
    errno = 0;
    world();
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * dlopen and dlclose again and again, of the same and of different libraries, with blocks that were allocated inside.
 * Side: tests.
 */
#include "world.h"

static const char* const libraries[] = {"libm.so.6", "libz.so.1", "liblzma.so.5", "libstdc++.so.6", "libutil.so.1"};

int main(void) {
    int opened = 0;
    const double began = seconds_now();
    for (int i = 0; still_time(began) || i < 100; ++i) {
        void* library = dlopen(libraries[i % 5], (i % 2 ? RTLD_NOW : RTLD_LAZY) | (i % 3 ? RTLD_LOCAL : RTLD_GLOBAL));
        if (library == NULL) continue;
        ++opened;
        const char* (*version)(void) = (const char* (*)(void))dlsym(library, "zlibVersion");
        if (version != NULL) free(strdup(version()));
        dlclose(library);
    }
    say("opened %d, still loaded %d\n", opened >= 100, dlopen("liblzma.so.5", RTLD_NOLOAD | RTLD_LAZY) != NULL);
    dlerror();
    errno = 0;
    world();
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * dlerror says what the program's own calls left, once each, and nothing of ours.
 * Side: tests.
 */
#include "world.h"

int main(void) {
    say("%s\n", dlerror() ? "something" : "nothing");
    say("%d %s\n", dlopen("no-such-library.so", RTLD_NOW) != NULL, dlerror());
    dlsym(RTLD_DEFAULT, "no_such_symbol");
    const double began = seconds_now();
    while (still_time(began)) free(malloc(10));
    const char* text = dlerror();
    say("%s\n", text ? strstr(text, "undefined symbol") : "nothing");
    say("%s\n", dlerror() ? "something" : "nothing");
    void* library = dlopen("libm.so.6", RTLD_NOW);
    say("%d %d", dlclose(library), dlclose((void*)0));
    dlsym(RTLD_DEFAULT, "another_one");
    errno = 0;
    world();
    return 0;
}

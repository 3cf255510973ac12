// SPDX-License-Identifier: MIT
//
// Libraries that come and go at one address: dlopen and dlclose of two that differ, and iconv, which loads and
// unloads its own modules without dlclose.
#include <dlfcn.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void run(const char* path, int depth) {
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    auto entry = reinterpret_cast<void (*)(int)>(dlsym(library, "plugin_run"));
    entry(depth);
    dlclose(library);
}

static void convert(const char* to) {
    iconv_t handle = iconv_open(to, "UTF-8");
    if (handle == reinterpret_cast<iconv_t>(-1)) return;
    char in[] = "gr\xc3\xbc\xc3\x9f dich", out[64];
    char *from = in, *into = out;
    size_t left = strlen(in), room = sizeof out;
    iconv(handle, &from, &left, &into, &room);
    iconv_close(handle);
}

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const char* charsets[] = {"ISO-8859-1", "CP1252", "UTF-16", "EUC-JP", "ISO-2022-JP", "KOI8-R"};
    for (int i = 0; i < 60; ++i) {
        run(argv[1 + i % 2], i % 5);
        convert(charsets[i % 6]);
    }
    puts("modules");
}

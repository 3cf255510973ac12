// SPDX-License-Identifier: MIT
//
// A program that replaces operator new and delete sees each call of them, those of libstdc++ too.
// Side: tests.
#include <cstdlib>
#include <map>
#include <new>
#include <sstream>
#include <string>

#include "world.h"

static long made, ended;

void* operator new(size_t bytes) {
    ++made;
    if (void* block = std::malloc(bytes + 16)) return static_cast<char*>(block) + 16;
    throw std::bad_alloc();
}
void operator delete(void* block) noexcept {
    ended += block != nullptr;
    if (block != nullptr) std::free(static_cast<char*>(block) - 16);
}
void operator delete(void* block, size_t) noexcept { operator delete(block); }

int main() {
    {
        std::map<std::string, std::string> map;
        std::ostringstream out;
        for (int i = 0; i < 1000; ++i) {
            map["a key that is longer than fifteen " + std::to_string(i)] = std::string(100, 'v');
            out << i;
        }
        delete[] new char[10];
        say("size %zu %zu\n", map.size(), out.str().size());
    }
    say("made %ld ended %ld\n", made, ended);
    world();
    return 0;
}

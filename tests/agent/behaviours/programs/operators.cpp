// SPDX-License-Identifier: MIT
//
// operator new in all its forms; with OWN_OPERATORS the program brings its own. Side: tests.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>

#ifdef OWN_OPERATORS
static int news, deletes;
void* operator new(size_t size) {
    ++news;
    if (void* block = malloc(size)) return block;
    throw std::bad_alloc();
}
void operator delete(void* block) noexcept {
    ++deletes;
    free(block);
}
void operator delete(void* block, size_t) noexcept {
    ++deletes;
    free(block);
}
#endif

struct alignas(128) Wide {
    char bytes[2560];
};

int main() {
    char* volatile plain = new char[8008];  // volatile: the compiler may leave out what nobody looks at
    char* volatile silent = new (std::nothrow) char[8008];
    Wide* volatile wide = new Wide[1];
    Wide* volatile single = new Wide;
    volatile size_t huge = SIZE_MAX / 4;
    std::printf("nothrow %d\n", new (std::nothrow) char[huge] == nullptr);
    try {
        plain = new char[huge];
    } catch (const std::bad_alloc&) {
        std::printf("thrown\n");
    }
    std::printf("aligned %d %d\n", static_cast<int>(reinterpret_cast<uintptr_t>(wide) % 128),
                static_cast<int>(reinterpret_cast<uintptr_t>(single) % 128));
    delete single;
    delete[] wide;
#ifdef OWN_OPERATORS
    delete new int;
    std::printf("own %d %d\n", news > 0, deletes > 0);
#endif
    std::printf("%d\n", plain != nullptr && silent != nullptr);
    return 0;
}

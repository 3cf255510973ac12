// SPDX-License-Identifier: MIT
//
// Namespaces of process ids. Side: agent, floor 4 (control). See namespaces.h. Source: pid_namespaces(7),
// namespaces(7).
#include "control/namespaces.h"

#include <asm/unistd.h>
#include <errno.h>

#include <cstddef>

#include "base/syscalls.h"

namespace prof::namespaces {

namespace {

constexpr long most = 64;  // "pid:[4026531836]"

long read_link(const char* path, char (&text)[most]) noexcept {
    return sys::call(__NR_readlink, reinterpret_cast<long>(path), reinterpret_cast<long>(text), most);
}

}  // namespace

// The second is there since Linux 4.12, and empty until a fresh one has its process 1.
bool has_other_for_children() noexcept {
    char own[most], of_children[most];
    const long own_bytes = read_link("/proc/self/ns/pid", own);
    const long bytes = read_link("/proc/self/ns/pid_for_children", of_children);
    if (own_bytes <= 0) return false;
    if (bytes <= 0) return bytes == -ENOENT;
    return bytes != own_bytes || __builtin_memcmp(own, of_children, static_cast<size_t>(bytes)) != 0;
}

}  // namespace prof::namespaces

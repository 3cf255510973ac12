// SPDX-License-Identifier: MIT
//
// Lists the threads of this process. Side: agent, floor 3 (snapshot). See living.h.
#include "snapshot/living.h"

#include <asm/unistd.h>
#include <dirent.h>
#include <fcntl.h>

#include "base/syscalls.h"
#include "base/text.h"

namespace prof::snapshot {

namespace {

// The kernel's struct linux_dirent64.
struct Entry {
    uint64_t inode;
    int64_t offset;
    uint16_t bytes;
    uint8_t type;
    char name[1];
};

uint32_t number_in(const char* name) noexcept {
    uint32_t number = 0;
    for (; *name >= '0' && *name <= '9'; ++name) number = number * 10 + static_cast<uint32_t>(*name - '0');
    return *name == '\0' ? number : 0;
}

uint64_t hexadecimal(const char* at, const char* end) noexcept {
    uint64_t value = 0;
    for (; at < end; ++at) {
        const char digit = *at;
        if (digit >= '0' && digit <= '9') {
            value = value << 4 | static_cast<uint64_t>(digit - '0');
        } else if (digit >= 'a' && digit <= 'f') {
            value = value << 4 | static_cast<uint64_t>(digit - 'a' + 10);
        } else if (digit != 'x') {
            return 0;
        }
    }
    return value;
}

// "running", or "NUMBER ARGUMENTS… STACK_POINTER PROGRAM_COUNTER".
uintptr_t stack_pointer_in(const char* text, const char* end) noexcept {
    if (text == end || *text == 'r') return 0;
    while (end > text && end[-1] <= ' ') --end;
    const char* counter = end;
    while (counter > text && counter[-1] != ' ') --counter;
    if (counter == text) return 0;
    const char* pointer_end = counter - 1;
    const char* pointer = pointer_end;
    while (pointer > text && pointer[-1] != ' ') --pointer;
    return hexadecimal(pointer, pointer_end);
}

uintptr_t stack_pointer_of(uint32_t tid) noexcept {
    Text<64> path;
    path.add("/proc/self/task/").add_number(tid).add("/syscall");
    const int fd = sys::open(path.c_str(), O_RDONLY);
    if (fd < 0) return 0;
    char line[256];
    const long got = sys::read(fd, line, sizeof line);
    sys::close(fd);
    return got > 0 ? stack_pointer_in(line, line + got) : 0;
}

void add(Living& living, uint32_t tid, const LivingThread& self) noexcept {
    if (living.count == Living::most) {
        ++living.left_out;
    } else if (tid == self.tid) {
        living.thread[living.count++] = self;
    } else {
        living.thread[living.count++] = {tid, stack_pointer_of(tid), nullptr};
    }
}

}  // namespace

void note_threads(Living& living, const Registers& registers) noexcept {
    const LivingThread self{static_cast<uint32_t>(sys::gettid()), registers.value[Registers::stack_pointer], &registers};
    living.count = living.left_out = 0;
    const int folder = sys::open("/proc/self/task", O_RDONLY | O_DIRECTORY);
    if (folder < 0) {
        living.thread[living.count++] = self;
        return;
    }
    alignas(8) static char entries[4096];  // one snapshot at a time
    long got;
    while ((got = sys::call(__NR_getdents64, folder, reinterpret_cast<long>(entries), sizeof entries)) > 0) {
        for (long at = 0; at < got;) {
            const auto& entry = *reinterpret_cast<const Entry*>(entries + at);
            if (const uint32_t tid = number_in(entry.name)) add(living, tid, self);
            at += entry.bytes;
        }
    }
    sys::close(folder);
}

}  // namespace prof::snapshot

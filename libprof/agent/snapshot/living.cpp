// SPDX-License-Identifier: MIT
//
// Lists the threads of this process. Side: agent, floor 3 (snapshot). See living.h.
#include "snapshot/living.h"

#include <asm/unistd.h>
#include <dirent.h>
#include <fcntl.h>

#include "base/syscalls.h"
#include "base/text.h"
#include "record/threads.h"

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

// What a file does not say that cannot be opened: the process may be at its limit of them.
bool has_thread(uint32_t tid) noexcept { return sys::call(__NR_tgkill, sys::getpid(), tid, 0) != -ESRCH; }

// Reads on to the next space or line end. "0x" is skipped by the way: 0 and x add nothing.
uint64_t hexadecimal(const char*& at, const char* end) noexcept {
    uint64_t value = 0;
    while (at < end && *at == ' ') ++at;
    for (; at<end&& * at> ' '; ++at) {
        const char digit = *at;
        if (digit >= '0' && digit <= '9') value = value << 4 | static_cast<uint64_t>(digit - '0');
        if (digit >= 'a' && digit <= 'f') value = value << 4 | static_cast<uint64_t>(digit - 'a' + 10);
    }
    return value;
}

long decimal(const char*& at, const char* end) noexcept {
    long value = 0;
    const bool is_negative = at < end && *at == '-';
    if (is_negative) ++at;
    for (; at < end && *at >= '0' && *at <= '9'; ++at) value = value * 10 + (*at - '0');
    return is_negative ? -value : value;
}

// Reads a file of /proc/self/task/TID. The length, 0 when it cannot be read.
size_t read_of_thread(uint32_t tid, const char* name, char* text, size_t bytes) noexcept {
    Text<64> path;
    path.add("/proc/self/task/").add_number(tid).add(name);
    const int fd = sys::open(path.c_str(), O_RDONLY);
    if (fd < 0) return 0;
    const long got = sys::read(fd, text, bytes);
    sys::close(fd);
    return got > 0 ? static_cast<size_t>(got) : 0;
}

// Behind "\nNAME:\t", or `end`.
const char* field(const char* at, const char* end, const char* name) noexcept {
    for (; at < end; ++at) {
        if (*at != '\n') continue;
        const char* from = at + 1;
        const char* wanted = name;
        while (from < end && *wanted != '\0' && *from == *wanted) ++from, ++wanted;
        if (*wanted != '\0') continue;
        while (from < end && *from == '\t') ++from;
        return from;
    }
    return end;
}

// The kernel lists them in the order of their beginning, as we do: the next one is mostly where we look first.
bool is_listed(const Living& living, uint32_t tid, size_t& next) noexcept {
    for (; next < living.count && living.thread[next].tid <= tid; ++next) {
        if (living.thread[next].tid == tid) return true;
    }
    return living.find(tid) != nullptr;
}

size_t add(Living& living, uint32_t tid) noexcept {
    if (living.count == Living::most) {
        ++living.left_out;
        return 0;
    }
    LivingThread& thread = living.thread[living.count++];
    thread.tid = tid;
    thread.stand = unmet;
    thread.stack_pointer = thread.program_counter = thread.thread_pointer = 0;
    thread.processor_ns = 0;
    thread.hearing = Hearing::never;
    thread.is_settled = false;
    thread.has_signal = false;
    thread.registers = nullptr;
    return 1;
}

}  // namespace

size_t list_new_threads(Living& living) noexcept {
    alignas(8) static char entries[4096];  // one snapshot at a time
    size_t added = 0, next = 0;
    living.left_out = 0;
    const int folder = sys::open("/proc/self/task", O_RDONLY | O_DIRECTORY);
    long got = folder;
    while (folder >= 0 &&
           (got = sys::call(__NR_getdents64, folder, reinterpret_cast<long>(entries), sizeof entries)) > 0) {
        for (long at = 0; at < got;) {
            const auto& entry = *reinterpret_cast<const Entry*>(entries + at);
            const uint32_t tid = number_in(entry.name);
            if (tid != 0 && !is_listed(living, tid, next)) added += add(living, tid);
            at += entry.bytes;
        }
    }
    if (folder >= 0) sys::close(folder);
    if (got < 0 && !threads::is_alone_for_libc()) ++living.left_out;  // one at least, we cannot know
    if (living.count == 0) added += add(living, static_cast<uint32_t>(sys::gettid()));
    return added;
}

// "running", or "NUMBER ARGUMENTS… STACK_POINTER PROGRAM_COUNTER", or "-1 STACK_POINTER PROGRAM_COUNTER".
Wait wait_of(uint32_t tid) noexcept {
    char line[256];
    const char* at = line;
    const char* end = line + read_of_thread(tid, "/syscall", line, sizeof line);
    Wait wait{true, -1, {}, 0, 0};
    if (at == end || *at == 'r') return wait;
    wait.is_running = false;
    wait.call = decimal(at, end);
    for (unsigned i = 0; wait.call >= 0 && i < 6; ++i) wait.arguments[i] = hexadecimal(at, end);
    wait.stack_pointer = hexadecimal(at, end);
    wait.program_counter = hexadecimal(at, end);
    return wait;
}

// "NANOSECONDS_RUN NANOSECONDS_WAITED TURNS".
uint64_t turns_of(uint32_t tid) noexcept {
    char line[128];
    const char* at = line;
    const char* end = line + read_of_thread(tid, "/schedstat", line, sizeof line);
    static uint64_t unknown = UINT64_MAX;  // never the same twice
    if (at == end) return has_thread(tid) ? __atomic_sub_fetch(&unknown, 1, __ATOMIC_RELAXED) : UINT64_MAX;
    for (int spaces = 0; at < end && spaces < 2; ++at) spaces += *at == ' ';
    return static_cast<uint64_t>(decimal(at, end));
}

uint64_t processor_ns_of(uint32_t tid) noexcept {
    char line[128];
    const char* at = line;
    const char* end = line + read_of_thread(tid, "/schedstat", line, sizeof line);
    return static_cast<uint64_t>(decimal(at, end));
}

Hearing hearing_of(uint32_t tid, uint32_t signal, bool& has_one) noexcept {
    char text[4096];
    const char* end = text + read_of_thread(tid, "/status", text, sizeof text);
    const auto set = [&](const char* name) {
        const char* at = field(text, end, name);
        return hexadecimal(at, end);
    };
    constexpr uint64_t libc_signals = uint64_t{3} << 31;  // SIGCANCEL 32, SIGSETXID 33: no program can block them
    const uint64_t wanted = uint64_t{1} << (signal - 1);
    const char* state = field(text, end, "State:");
    has_one = (set("SigPnd:") & wanted) != 0;
    if (state == end && has_thread(tid)) return Hearing::unknown;
    if (state == end || *state == 'Z' || *state == 'X') return Hearing::never;
    const uint64_t blocked = set("SigBlk:");
    return (blocked & wanted) == 0 || (blocked & libc_signals) == libc_signals ? Hearing::hears : Hearing::refuses;
}

}  // namespace prof::snapshot

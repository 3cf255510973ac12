// SPDX-License-Identifier: MIT
//
// Runs a command so many times, one after the other, and says what each run cost: a small parent, as what a process
// takes at most includes what its parent had when it was started.
//
// Side:    tests, bench. Usage: spawn COUNT [NAME=VALUE…] -- PROGRAM [ARGUMENT…]
// The variables are added to the environment of the command alone. A line for each run:
//   nanoseconds on the wall, microseconds of CPU with all descendants, peak resident KiB of the process, wait status
// The command reads nothing and its output is thrown away.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

long long microseconds(const timeval& time) { return time.tv_sec * 1'000'000LL + time.tv_usec; }

long long cpu_of_children() {
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    return microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
}

bool is_replaced(const char* entry, const std::vector<char*>& added) {
    const size_t name = strcspn(entry, "=") + 1;
    for (const char* one : added)
        if (strncmp(one, entry, name) == 0) return true;
    return false;
}

std::vector<char*> environment_with(const std::vector<char*>& added) {
    std::vector<char*> all = added;
    for (char** entry = environ; *entry != nullptr; ++entry)
        if (!is_replaced(*entry, added)) all.push_back(*entry);
    all.push_back(nullptr);
    return all;
}

bool run_once(char** command, char** environment, const posix_spawn_file_actions_t& files) {
    const long long cpu = cpu_of_children();
    const auto start = std::chrono::steady_clock::now();
    pid_t child = 0;
    if (posix_spawnp(&child, command[0], &files, nullptr, command, environment) != 0) return false;
    int status = 0;
    rusage usage{};
    if (wait4(child, &status, 0, &usage) != child) return false;
    const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - start;
    std::printf("%lld %lld %ld %d\n", static_cast<long long>(took.count()), cpu_of_children() - cpu, usage.ru_maxrss,
                status);
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    int at = 2;
    std::vector<char*> added;
    while (at < argc && strcmp(argv[at], "--") != 0) added.push_back(argv[at++]);
    if (at + 1 >= argc) return 2;
    std::vector<char*> environment = environment_with(added);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    for (long left = std::strtol(argv[1], nullptr, 10); left > 0; --left)
        if (!run_once(argv + at + 1, environment.data(), files)) return 1;
}

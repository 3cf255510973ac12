/* SPDX-License-Identifier: MIT
 *
 * Asks heapkit, in a process of its own: the analysis leaves the heap under test alone, and a test program links
 * nothing.
 *
 * Side:    bridge, in the program under test. C++17.
 * Threads: any; each call has its own child. A program that ignores SIGCHLD, or reaps all children, takes the exit
 * status away: that is said, and fails the test. */
#ifndef PROF_TESTING_HEAPKIT_PROCESS_HPP
#define PROF_TESTING_HEAPKIT_PROCESS_HPP

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "settings.hpp"

namespace prof::testing {

// heapkit's exit statuses, and what a shell would say.
enum class Exit { as_expected = 0, not_as_expected = 1, cannot_say = 2 };

struct Answer {
    int status = -1;     // of exit; 128 + n when signal n ended it; -1: not known
    std::string output;  // standard output and error; or why there is none
};

// Of the library that records this program; "" when that is linked statically, or nobody does.
inline std::string path_of_recorder() {
    std::string path;
    FILE* const maps = fopen("/proc/self/maps", "re");
    if (maps == nullptr) return path;
    char* line = nullptr;
    size_t room = 0;
    for (ssize_t length; path.empty() && (length = getline(&line, &room, maps)) > 0;) {
        const std::string text(line, static_cast<size_t>(length) - 1);
        const size_t start = text.find('/');
        if (start != std::string::npos && name_of(text.substr(start)) == "libprof.so") path = text.substr(start);
    }
    free(line);
    fclose(maps);
    return path;
}

// With a '/': that file. Without: to be looked for on PATH.
inline std::string path_of_heapkit() {
    for (const char* const name : {"PROF_HEAPKIT", "HEAPKIT"}) {
        if (std::string named = setting(name); !named.empty()) return named;
    }
    const std::string recorder = path_of_recorder();
    if (!recorder.empty()) {
        // As built; installed to lib/heapkit, to lib/x86_64-linux-gnu/heapkit.
        for (const char* const way : {"/heapkit", "/../bin/heapkit", "/../../bin/heapkit", "/../../../bin/heapkit"}) {
            std::string path = folder_of(recorder) + way;
            struct stat facts;
            const bool is_program = stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
            if (is_program && access(path.c_str(), X_OK) == 0) return path;
        }
    }
    return "heapkit";
}

namespace detail {

// Ours without what preloads things; where programs are followed by exec, heapkit is to be recorded least of all.
inline std::vector<std::string> environment_for_heapkit() {
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        if (strncmp(*entry, "LD_PRELOAD=", 11) != 0 && strncmp(*entry, "PROF=", 5) != 0)
            environment.emplace_back(*entry);
    }
    environment.emplace_back("PROF=record=off,exit=off,quiet=on");
    return environment;
}

inline std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

// All that comes, the first mebibyte of it kept.
inline std::string read_to_end(int fd) {
    constexpr size_t most_kept = 1U << 20U;
    std::string all;
    char buffer[4096];
    for (;;) {
        const ssize_t count = read(fd, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return all;
        if (all.size() < most_kept) all.append(buffer, static_cast<size_t>(count));
    }
}

inline int wait_for(pid_t pid) {
    int status = 0;
    pid_t ended;
    do ended = waitpid(pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    if (ended != pid) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// 0, or the error. No signal that the program blocks or ignores is blocked or ignored there.
inline int spawn(std::vector<std::string>& words, int output, pid_t& pid) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    for (const int each : {SIGPIPE, SIGCHLD, SIGINT, SIGTERM}) sigaddset(&signals, each);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<std::string> environment = environment_for_heapkit();
    const int error = posix_spawnp(&pid, words.front().c_str(), &files, &attributes, pointers_to(words).data(),
                                   pointers_to(environment).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

}  // namespace detail

// `words` come behind "heapkit". Waits until it ends.
inline Answer ask_heapkit(std::vector<std::string> words) {
    words.insert(words.begin(), path_of_heapkit());
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return {-1, std::string("no pipe to heapkit: ") + strerror(errno)};
    pid_t pid = 0;
    const int error = detail::spawn(words, ends[1], pid);
    close(ends[1]);
    Answer answer;
    if (error != 0) {
        answer.output = "cannot start " + words.front() + ": " + strerror(error) +
                        "\nName it with PROF_HEAPKIT=/path/heapkit, or put it on PATH.";
    } else {
        answer.output = detail::read_to_end(ends[0]);
        answer.status = detail::wait_for(pid);
        if (answer.status == -1) answer.output += "\nHow heapkit ended is not known: somebody else waited for it.";
    }
    close(ends[0]);
    while (!answer.output.empty() && answer.output.back() == '\n') answer.output.pop_back();
    return answer;
}

}  // namespace prof::testing

#endif

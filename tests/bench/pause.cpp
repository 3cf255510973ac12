// SPDX-License-Identifier: MIT
//
// A program to measure: holds so many bytes of linked blocks, and does three things in turn, some rounds of them: a
// bare fork, a snapshot, and writing to every page, both while the copy lives and when there is none.
//
// Side: tests, bench. Usage: pause BYTES BLOCK_BYTES ROUNDS FOLDER writes|no-writes. Prints a line a round:
// milliseconds of the fork, of the call that takes the snapshot, of writing without a copy, and of writing beside a
// forked copy, which takes the memory once more. The pause of a snapshot is in its file.
#include <prof/prof.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using Clock = std::chrono::steady_clock;

struct Block {
    Block* next;
    Block* before;
};

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// What is neither zero nor a pointer: a scan has to look at each word.
uint64_t next_number() {
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state | uint64_t{1} << 63;
}

Block* last = nullptr;

void grow(size_t bytes, size_t block_bytes) {
    for (size_t done = 0; done < bytes; done += block_bytes) {
        auto* block = static_cast<Block*>(std::malloc(block_bytes));
        if (block == nullptr) std::abort();
        auto* words = reinterpret_cast<uint64_t*>(block);
        for (size_t i = 0; i < block_bytes / sizeof(uint64_t); ++i) words[i] = next_number();
        block->before = last == nullptr ? nullptr : last->before == nullptr ? last : last->before;
        block->next = last;
        last = block;
    }
}

// A write to each page of each block, in the order of their addresses or against it.
double touch(size_t block_bytes) {
    const auto start = Clock::now();
    for (Block* block = last; block != nullptr; block = block->next)
        for (size_t at = sizeof(Block); at < block_bytes; at += 4096) reinterpret_cast<volatile char*>(block)[at] = 1;
    return milliseconds_since(start);
}

struct Copy {
    pid_t pid = -1;
    double fork_ms = 0;
    int wakes[2] = {};

    Copy() {
        if (pipe(wakes) != 0) std::abort();
        const auto start = Clock::now();
        pid = fork();
        if (pid == 0) {
            char end = 0;
            close(wakes[1]);
            const bool is_over = read(wakes[0], &end, 1) <= 0;  // until the other end is closed
            _exit(is_over ? 0 : 1);
        }
        fork_ms = milliseconds_since(start);
        close(wakes[0]);
    }
    ~Copy() {
        close(wakes[1]);
        waitpid(pid, nullptr, 0);
    }
    Copy(const Copy&) = delete;
    Copy& operator=(const Copy&) = delete;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) return 2;
    const bool writes = std::string_view(argv[5]) == "writes";
    const size_t bytes = std::strtoul(argv[1], nullptr, 10), block_bytes = std::strtoul(argv[2], nullptr, 10);
    const long rounds = std::strtol(argv[3], nullptr, 10);
    if (block_bytes < sizeof(Block) + sizeof(uint64_t)) return 2;
    grow(bytes, block_bytes);
    for (long round = 0; round < rounds; ++round) {
        const double alone_ms = writes ? touch(block_bytes) : 0;
        double fork_ms = 0, beside_ms = 0;
        {
            const Copy copy;
            fork_ms = copy.fork_ms;
            if (writes) beside_ms = touch(block_bytes);
        }
        if (writes) touch(block_bytes);
        const auto start = Clock::now();
        const std::string path = std::string(argv[4]) + "/" + std::to_string(round) + ".heap";
        if (prof_take_snapshot(path.c_str()) != 0) return 1;
        std::printf("%.3f %.3f %.3f %.3f\n", fork_ms, milliseconds_since(start), alone_ms, beside_ms);
        std::fflush(stdout);
    }
    return 0;
}

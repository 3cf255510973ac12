// SPDX-License-Identifier: MIT
//
// A program to measure, in the manner of xmalloc: each thread allocates batches of blocks and frees batches that any
// other has left, so that nearly every second free is of another thread's block.
//
// Side:    tests, bench. Usage: xmalloc THREADS BATCHES, of each thread
#include <array>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "plan.h"

namespace {

using Batch = std::array<void*, 120>;

std::mutex mutex;
std::vector<std::unique_ptr<Batch>> left;

std::unique_ptr<Batch> exchange(std::unique_ptr<Batch> full) {
    const std::scoped_lock lock(mutex);
    left.push_back(std::move(full));
    if (left.size() < 32) return nullptr;
    std::unique_ptr<Batch> oldest = std::move(left.front());
    left.front() = std::move(left.back());
    left.pop_back();
    return oldest;
}

void release(const Batch& batch) {
    for (void* block : batch) std::free(block);
}

void work(size_t batches, uint64_t state) {
    for (size_t i = 0; i < batches; ++i) {
        auto batch = std::make_unique<Batch>();
        for (void*& block : *batch) block = bench::seen(std::malloc(16 + bench::next(state) % 240));
        if (const auto other = exchange(std::move(batch))) release(*other);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const size_t threads = bench::number(argc, argv, 1, 1), batches = bench::number(argc, argv, 2, 10'000);
    left.reserve(64);
    std::vector<std::thread> team;
    for (size_t i = 0; i < threads; ++i) team.emplace_back(work, batches, i + 1);
    for (std::thread& thread : team) thread.join();
    for (const auto& batch : left) release(*batch);
}

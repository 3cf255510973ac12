// SPDX-License-Identifier: MIT
//
// What a snapshot says of pages and of contents: each function is one sentence of the list in CMakeLists.txt. The
// program takes the snapshots itself and compares them with what it knows of its memory, and with /proc/self/smaps.
//
// Side: tests. freeze_contents NAME   under the agent, in a folder of its own; exits with 0 when it is so
#include <prof/prof.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "read/snapshot.h"

using namespace heapkit;

namespace {

constexpr const char* path = "contents.heap";
constexpr uint64_t page_bytes = 4096;

void require(bool condition, const char* what) {
    if (condition) return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::_Exit(1);
}

read::Snapshot take() {
    require(prof_take_snapshot(path) == 0, "a snapshot was taken");
    auto snapshot = read::Snapshot::open(path);
    require(bool(snapshot), "it can be read");
    return std::move(*snapshot);
}

size_t number_of(const read::Snapshot& snapshot, const void* block) {
    const auto blocks = snapshot.blocks();
    require(bool(blocks), "the snapshot has blocks");
    const auto at = std::lower_bound(blocks->address.begin(), blocks->address.end(), reinterpret_cast<uint64_t>(block));
    require(at != blocks->address.end() && *at == reinterpret_cast<uint64_t>(block), "the block is in the snapshot");
    return static_cast<size_t>(at - blocks->address.begin());
}

read::StateBytes states_of(const read::Snapshot& snapshot, const void* block) {
    const auto residency = snapshot.residency();
    require(residency && residency->is_known(), "the snapshot has pages");
    const size_t number = number_of(snapshot, block);
    read::StateBytes bytes = {};
    read::ResidencyCursor(*residency)
        .add(snapshot.blocks()->address[number], snapshot.blocks()->size_bytes(BlockId(number)), bytes);
    return bytes;
}

uint64_t hash_of(const read::Snapshot& snapshot, const void* block) {
    const auto hashes = snapshot.hashes();
    require(hashes && !hashes->empty(), "the snapshot has hashes");
    return (*hashes)[number_of(snapshot, block)];
}

char* filled(size_t bytes, char with) {
    auto* block = static_cast<char*>(std::malloc(bytes));
    std::memset(block, with, bytes);
    return block;
}

// ---- Pages ---------------------------------------------------------------------------------------------------------

void untouched_memory_is_told_from_resident_memory() {
    constexpr size_t size = 16 << 20, touched = 5 << 20;
    auto* half = static_cast<char*>(std::malloc(size));
    char* whole = filled(size, 1);
    for (size_t at = 0; at < touched; at += page_bytes) half[at] = 1;
    const read::Snapshot snapshot = take();
    const read::StateBytes of_half = states_of(snapshot, half), of_whole = states_of(snapshot, whole);
    const auto absent = of_half[static_cast<size_t>(read::PageState::absent)];
    // A huge page may have come with the first touch of its part.
    constexpr size_t huge = 2 << 20;
    require(absent < size - touched + page_bytes && absent + huge + page_bytes > size - touched,
            "what was not touched is absent");
    require(of_whole[static_cast<size_t>(read::PageState::absent)] == 0, "what was touched is not");
    require(of_whole[static_cast<size_t>(read::PageState::unknown)] == 0, "and nothing is unknown");
}

void memory_that_was_given_back_is_absent() {
    constexpr size_t size = 8 << 20;
    char* block = filled(size, 1);
    auto* page = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(block) + page_bytes) & ~(page_bytes - 1));
    require(madvise(page, size / 2, MADV_DONTNEED) == 0, "the kernel takes it");
    const read::StateBytes bytes = states_of(take(), block);
    require(bytes[static_cast<size_t>(read::PageState::absent)] == size / 2, "half of it is absent");
}

// The resident bytes of the mapping that holds `address`, as the kernel counts them.
uint64_t resident_by_kernel(uint64_t address) {
    std::ifstream smaps("/proc/self/smaps");
    bool is_here = false;
    for (std::string line; std::getline(smaps, line);) {
        unsigned long long start, end;
        if (std::sscanf(line.c_str(), "%llx-%llx ", &start, &end) == 2) is_here = start <= address && address < end;
        unsigned long long kib;
        if (is_here && std::sscanf(line.c_str(), "Rss: %llu kB", &kib) == 1) return kib << 10;
    }
    require(false, "the mapping is in smaps");
    return 0;
}

void resident_pages_are_as_many_as_the_kernel_says() {
    std::vector<char*> blocks;
    for (int i = 0; i < 50'000; ++i) blocks.push_back(filled(100, 1));
    const auto heap = reinterpret_cast<uint64_t>(blocks.back());
    const uint64_t before = resident_by_kernel(heap);
    const read::Snapshot snapshot = take();
    const uint64_t after = resident_by_kernel(heap);
    const auto residency = snapshot.residency();
    require(residency && residency->is_known(), "the snapshot has pages");
    uint64_t resident = 0;
    for (size_t range = 0; range < residency->ranges.size(); ++range) {
        if (heap < residency->ranges[range].start || heap >= residency->end_of(range)) continue;
        for (uint64_t page = 0; page < residency->ranges[range].page_count; ++page)
            resident += residency->state(range, page) == read::PageState::resident ? page_bytes : 0;
    }
    require(resident >= before && resident <= after, "the kernel's count lies around ours");
}

// ---- Hashes --------------------------------------------------------------------------------------------------------

void equal_contents_have_equal_hashes() {
    for (const size_t bytes : {1, 7, 8, 9, 24, 100, 4095, 4096, 4097, 200'001}) {
        char *one = filled(bytes, 'x'), *same = filled(bytes, 'x'), *other = filled(bytes, 'x');
        other[bytes - 1] = 'y';
        const read::Snapshot snapshot = take();
        require(hash_of(snapshot, one) == hash_of(snapshot, same), "equal blocks have one hash");
        require(hash_of(snapshot, one) != hash_of(snapshot, other), "the last byte makes another");
        require(hash_of(snapshot, one) > PROF_HASH_ZEROS, "which is no special value");
        std::free(one), std::free(same), std::free(other);
    }
}

void bytes_behind_the_requested_ones_do_not_count() {
    char *one = filled(21, 'x'), *same = filled(21, 'x');
    char* volatile behind = same + 21;
    *behind = '!';  // in the allocator's rounding: glibc gives 24
    const read::Snapshot snapshot = take();
    require(hash_of(snapshot, one) == hash_of(snapshot, same), "they have one hash");
}

void zeros_are_told() {
    char *zeros = filled(5000, 0), *nearly = filled(5000, 0);
    nearly[4999] = 1;
    const read::Snapshot snapshot = take();
    require(hash_of(snapshot, zeros) == PROF_HASH_ZEROS, "zeros are told");
    require(hash_of(snapshot, nearly) > PROF_HASH_ZEROS, "one byte makes them none");
}

void each_snapshot_has_a_key_of_its_own() {
    const char* block = filled(64, 'x');
    const uint64_t first = hash_of(take(), block);
    require(first != hash_of(take(), block), "a second snapshot has another hash");
}

const std::map<std::string_view, void (*)()> rules = {
    {"untouched_memory_is_told_from_resident_memory", untouched_memory_is_told_from_resident_memory},
    {"memory_that_was_given_back_is_absent", memory_that_was_given_back_is_absent},
    {"resident_pages_are_as_many_as_the_kernel_says", resident_pages_are_as_many_as_the_kernel_says},
    {"equal_contents_have_equal_hashes", equal_contents_have_equal_hashes},
    {"bytes_behind_the_requested_ones_do_not_count", bytes_behind_the_requested_ones_do_not_count},
    {"zeros_are_told", zeros_are_told},
    {"each_snapshot_has_a_key_of_its_own", each_snapshot_has_a_key_of_its_own},
};

}  // namespace

int main(int argc, char** argv) {
    const auto rule = argc > 1 ? rules.find(argv[1]) : rules.end();
    if (rule == rules.end()) return 2;
    rule->second();
    std::filesystem::remove(path);
    return 0;
}

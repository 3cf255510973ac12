// SPDX-License-Identifier: MIT
//
// What threads write in common while they allocate: nothing. All memory of the recorder but this thread's own is made
// read-only while it records, so that each first write to a page of it is noticed, even of the value that was there;
// in the pages where its own memory lies, each cache line that is not its own is compared.
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <semaphore>
#include <thread>
#include <vector>

#include "base/arena.h"
#include "catch.h"
#include "record/blocks.h"
#include "record/counters.h"
#include "record/recorder.h"
#include "record/threads.h"

using namespace prof;

extern "C" char __data_start, _end;

namespace {

constexpr uintptr_t page_bytes = 4096, line_bytes = 64;
constexpr uintptr_t first_block = uintptr_t{1} << 42;

struct Range {
    uintptr_t start, end;
    bool overlaps(uintptr_t from, uintptr_t to) const { return start < to && from < end; }
};
using Ranges = std::vector<Range>;

template <class T>
Range range_of(const T* first, size_t count = 1) {
    const auto start = reinterpret_cast<uintptr_t>(first);
    return {start, start + count * sizeof(T)};
}

// In a mapping of its own, since the handler writes to it while all else is read-only.
struct Noticed {
    size_t count;
    uintptr_t address[1000];
};
Noticed* const noticed =
    static_cast<Noticed*>(mmap(nullptr, sizeof(Noticed), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

void let_write(int, siginfo_t* info, void*) {
    const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
    if (noticed->count == std::size(noticed->address)) _exit(3);
    noticed->address[noticed->count++] = address;
    if (mprotect(reinterpret_cast<void*>(address & ~(page_bytes - 1)), page_bytes, PROT_READ | PROT_WRITE) != 0)
        _exit(4);
}

[[gnu::noinline]] void pair_of(uintptr_t block, size_t size) {
    recorder::allocated(reinterpret_cast<void*>(block), size, PROF_CALLER());
    recorder::freed(reinterpret_cast<void*>(block));
}

// 768 events from two stacks, of small blocks that can share a slot, of small and of large ones.
void record_pairs(uintptr_t blocks) {
    for (uintptr_t i = 0; i < 128; ++i) {
        pair_of(blocks + i * 1024, 16);
        pair_of(blocks + i * 1024, 200);
        pair_of(blocks + i * 1024, 40);
    }
}

// Of this thread alone. Other objects of the arena begin at other cache lines.
Ranges own_memory(uintptr_t blocks) {
    Thread& thread = *threads::local.thread;
    REQUIRE(thread.cache != nullptr);
    Ranges own = {range_of(&thread),
                  range_of(thread.cache),
                  range_of(thread.paths),
                  range_of(&threads::local),
                  range_of(thread.memo.frames, thread.memo.capacity + 1),
                  range_of(thread.fresh, thread.memo.capacity),
                  range_of(thread.memo.words, thread.memo.capacity * size_t{2})};
    for (uintptr_t i = 0; i < 128; ++i) own.push_back(range_of(blocks::coarse.entry(blocks + i * 1024), 2));
    return own;
}

bool is_own(const Ranges& own, uintptr_t from, uintptr_t to) {
    return std::any_of(own.begin(), own.end(), [&](const Range& range) { return range.overlaps(from, to); });
}

struct Line {
    uintptr_t address;
    char bytes[line_bytes];
};

// Addresses of the recorder's memory, and of all variables of this program, that `act` writes to and that are not
// `own`.
template <class Act>
std::vector<uintptr_t> written_by(const Ranges& own, const Act& act) {
    Ranges all = {{reinterpret_cast<uintptr_t>(&__data_start) & ~(page_bytes - 1), reinterpret_cast<uintptr_t>(&_end)}};
    for (size_t i = 0; i < arena::extent_count(); ++i)
        if (const arena::Extent extent = arena::extent(i); extent.start != 0) all.push_back({extent.start, extent.end});
    std::vector<Line> lines;
    std::vector<uintptr_t> closed;
    for (const Range& range : all)
        for (uintptr_t page = range.start; page < range.end; page += page_bytes) {
            if (!is_own(own, page, page + page_bytes)) {
                closed.push_back(page);
                continue;
            }
            for (uintptr_t at = page; at < page + page_bytes; at += line_bytes) {
                if (is_own(own, at, at + line_bytes)) continue;
                Line& line = lines.emplace_back();
                line.address = at;
                std::memcpy(line.bytes, reinterpret_cast<void*>(at), line_bytes);
            }
        }
    noticed->count = 0;
    const auto protect = [&](int how) {
        for (const uintptr_t page : closed) mprotect(reinterpret_cast<void*>(page), page_bytes, how);
    };
    protect(PROT_READ);
    act();
    protect(PROT_READ | PROT_WRITE);
    std::vector<uintptr_t> written(noticed->address, noticed->address + noticed->count);
    for (const Line& line : lines)
        if (std::memcmp(line.bytes, reinterpret_cast<void*>(line.address), line_bytes) != 0)
            written.push_back(line.address);
    return written;
}

// Now and then the clock goes on meanwhile, which is for all to see.
template <class Act>
std::vector<uintptr_t> written_at_least(const Ranges& own, const Act& prepare, const Act& act) {
    std::vector<uintptr_t> least;
    for (int i = 0; i < 10; ++i) {
        prepare();
        std::vector<uintptr_t> now = written_by(own, act);
        if (i == 0 || now.size() < least.size()) least = std::move(now);
    }
    return least;
}

void start_once() {
    static bool started = recorder::start();
    REQUIRE(started);
    struct sigaction action {};
    action.sa_sigaction = let_write;
    action.sa_flags = SA_SIGINFO;
    REQUIRE(sigaction(SIGSEGV, &action, nullptr) == 0);
}

// Another thread that has recorded, with all that a thread has, and waits.
class Another {
   public:
    Another() : thread_([this] { work(); }) { ready_.acquire(); }
    ~Another() {
        done_.release();
        thread_.join();
    }
    Ranges own;

   private:
    void work() {
        record_pairs(first_block + (1 << 20));
        own = own_memory(first_block + (1 << 20));
        ready_.release();
        done_.acquire();
    }
    std::binary_semaphore ready_{0}, done_{0};
    std::thread thread_;
};

void hand_all_over() { counters::hand_over(*threads::local.thread->cache); }

}  // namespace

TEST_CASE("a thread that allocates writes to no cache line of all threads until it hands its counters over") {
    start_once();
    record_pairs(first_block);
    const Another other;
    for (int i = 0; i < 3; ++i) record_pairs(first_block);  // with a cache, and each stack known
    const Ranges own = own_memory(first_block);
    using Act = void (*)();
    const auto written = written_at_least<Act>(own, hand_all_over, [] { record_pairs(first_block); });
    CAPTURE(written);
    CHECK(written.empty());

    SECTION("and a write to the state that changes nothing would have been noticed") {
        const auto requested = written_at_least<Act>(own, recorder::request_service, recorder::request_service);
        CHECK(requested.size() == 1);
    }
    SECTION("and so would handing over") {
        const auto handed = written_at_least<Act>(
            own, [] { record_pairs(first_block); }, hand_all_over);
        CHECK(!handed.empty());
    }
    SECTION("and no line of its own is another thread's too") {
        const auto line = [](uintptr_t address) { return address / line_bytes; };
        for (const Range& mine : own)
            for (const Range& theirs : other.own)
                CHECK((line(mine.end - 1) < line(theirs.start) || line(theirs.end - 1) < line(mine.start)));
    }
}

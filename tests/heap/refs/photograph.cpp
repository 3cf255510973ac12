// SPDX-License-Identifier: MIT
//
// See photograph.h.
//
// Side: tests.
#include "photograph.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>

#include "snapshot_writer.h"

namespace {

struct Block {
    uint64_t address = 0;
    size_t bytes = 0;
    size_t number = 0;  // in the order in which they were made
};
// Plain memory: who records allocations must not allocate.
std::array<Block, 65536> blocks;
size_t block_count = 0;
bool is_recording = false;

void* allocate(size_t bytes) {
    void* const block = std::malloc(bytes == 0 ? 1 : bytes);
    if (block == nullptr) throw std::bad_alloc();
    if (is_recording && block_count < blocks.size()) {
        std::memset(block, 0, bytes);  // so that what a test finds does not depend on what was there before
        blocks[block_count] = {reinterpret_cast<uint64_t>(block), bytes, block_count};
        ++block_count;
    }
    return block;
}
void release(void* block) noexcept {
    const auto address = reinterpret_cast<uint64_t>(block);
    const auto found = std::find_if(blocks.begin(), blocks.begin() + static_cast<std::ptrdiff_t>(block_count),
                                    [&](const Block& one) { return one.address == address; });
    if (found != blocks.begin() + static_cast<std::ptrdiff_t>(block_count)) *found = blocks[--block_count];
    std::free(block);
}

}  // namespace

void* operator new(size_t bytes) { return allocate(bytes); }
void* operator new[](size_t bytes) { return allocate(bytes); }
void* operator new(size_t bytes, const std::nothrow_t&) noexcept { return std::malloc(bytes == 0 ? 1 : bytes); }
void operator delete(void* block) noexcept { release(block); }
void operator delete[](void* block) noexcept { release(block); }
void operator delete(void* block, size_t) noexcept { release(block); }
void operator delete[](void* block, size_t) noexcept { release(block); }

namespace heapkit::tests {
namespace {

constexpr uint64_t module_bytes = 1 << 30;
constexpr size_t ticks = 32;

// A word as the agent would keep it; docs/decisions/0002-snapshot-words.md has the rules.
class Classifier {
   public:
    Classifier(std::vector<Block> sorted, uint64_t inside) : blocks_(std::move(sorted)), inside_(inside) {}

    std::optional<Word> word(uint64_t value, const Block& holder) const {
        if (value == 0) return std::nullopt;
        if (value - holder.address <= holder.bytes) return SelfPointer{static_cast<uint32_t>(value - holder.address)};
        const auto above =
            std::upper_bound(blocks_.begin(), blocks_.end(), value,
                             [](uint64_t address, const Block& block) { return address < block.address; });
        if (above != blocks_.begin()) {
            const Block& block = *(above - 1);
            const BlockId id(static_cast<size_t>(above - 1 - blocks_.begin()));
            const uint64_t into = value - block.address;
            if (into < block.bytes || into == 0) return Pointer{id, into};
            if (into == block.bytes) return EndPointer{id};
        }
        if (value - (inside_ - module_bytes) < 2 * module_bytes) return ModulePointer{value};
        if (value <= UINT32_MAX) return Integer{static_cast<uint32_t>(value)};
        const auto low = static_cast<uint32_t>(value), high = static_cast<uint32_t>(value >> 32);
        if (low <= UINT16_MAX && high <= UINT16_MAX)
            return IntegerPair{static_cast<uint16_t>(low), static_cast<uint16_t>(high)};
        return std::nullopt;
    }

   private:
    const std::vector<Block> blocks_;
    const uint64_t inside_;
};

template <typename Visit>
void for_each_word(const Block& area, Visit visit) {
    for (uint64_t offset = 0; offset + sizeof(uint64_t) <= area.bytes; offset += sizeof(uint64_t)) {
        uint64_t value = 0;
        std::memcpy(&value, reinterpret_cast<const void*>(area.address + offset), sizeof(value));
        visit(offset, value);
    }
}

}  // namespace

Photograph::Photograph() {
    block_count = 0;
    is_recording = true;
}
Photograph::~Photograph() { is_recording = false; }
void Photograph::stop() { is_recording = false; }
void Photograph::go_on() { is_recording = true; }

void Photograph::global(const void* address, size_t bytes) {
    globals_.push_back({reinterpret_cast<uint64_t>(address), bytes});
}

std::filesystem::path Photograph::write(const void* inside) const {
    std::vector<Block> sorted(blocks.begin(), blocks.begin() + static_cast<std::ptrdiff_t>(block_count));
    std::sort(sorted.begin(), sorted.end(), [](const Block& a, const Block& b) { return a.address < b.address; });
    const Classifier classifier(sorted, reinterpret_cast<uint64_t>(inside));
    SnapshotWriter writer("photograph");
    writer.module_of(inside);
    writer.process.elapsed_ns = run_ns_;
    std::array<uint32_t, ticks> tick = {};
    for (size_t at = 0; at < ticks && run_ns_ > 0; ++at) tick[at] = writer.tick(run_ns_ / ticks * (at + 1) - 1);
    for (const Block& block : sorted) {
        const uint32_t birth = tick[std::min(ticks - 1, block.number * ticks / std::max<size_t>(block_count, 1))];
        const BlockId id = writer.block({.address = block.address, .size_bytes = block.bytes, .birth = birth});
        for_each_word(block, [&](uint64_t offset, uint64_t value) {
            if (const auto word = classifier.word(value, block)) writer.word(id, offset, *word);
        });
    }
    std::vector<Area> globals = globals_;
    std::sort(globals.begin(), globals.end(), [](const Area& a, const Area& b) { return a.address < b.address; });
    for (const Area& area : globals) {
        const RootId root = writer.root(PROF_ROOT_GLOBALS, 0, area.address, area.bytes);
        for_each_word({area.address, area.bytes, 0}, [&](uint64_t offset, uint64_t value) {
            if (const auto word = classifier.word(value, {area.address, area.bytes, 0}))
                writer.word(root, offset, *word);
        });
    }
    static int number = 0;  // the ones before may still be open
    const std::filesystem::path path = folder_ / (std::to_string(++number) + ".heap");
    writer.write(path);
    return path;
}

Heap Photograph::develop(const void* inside) const {
    HeapOptions options;
    options.symbols.use_cache = false;
    auto heap = Heap::open(write(inside), options);
    if (!heap) throw std::runtime_error(heap.error().what);
    return std::move(*heap);
}

}  // namespace heapkit::tests

// SPDX-License-Identifier: MIT
//
// A snapshot file, mapped and checked: its columns as spans.
//
// Side:    heap, floor 2 (read). The only folder that knows prof/format.h's layout.
// Threads: const after open(); the lazily checked columns are guarded by std::call_once.
// Memory:  the mapped file; nothing is copied.
//
// open() checks the header, the section table, and the small sections (process, strings, modules, maps, threads,
// timeline, nodes, stacks, losses, declarations), every index in them included. The big columns (blocks, words, roots)
// are checked when they are first asked for, once, checksum and every index; after that no reader needs to look again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include <prof/format.h>

#include <heapkit/result.h>
#include "base/ids.h"
#include "read/python.h"
#include "read/residency.h"
#include "read/tags.h"

namespace heapkit::read {

// Columns of equal length; element i of each is block i. Ascending by address.
//
// A block in which the program hands out others (docs/FORMAT.md, POOLS) is one of them: what is left of it. Its address
// is that of its first bytes that are not handed out, its size that of all of them, wherever they lie in it.
struct Blocks {
    std::span<const uint64_t> address;
    std::span<const uint64_t> size_and_thread;
    std::span<const uint32_t> stack;
    std::span<const uint32_t> birth;  // tick
    std::span<const uint32_t> slack;  // usable minus requested bytes
    std::span<const prof_pool> pools = {};  // ascending, none within another
    std::span<const uint32_t> weight = {};  // of a sample: what each block counts for; empty: one
    uint64_t sample_bytes = 0;              // of a sample: prof_process has what that means; 0: every block is here

    size_t count() const noexcept { return address.size(); }
    uint64_t size_bytes(BlockId block) const noexcept {
        return size_and_thread[block.index()] & ((uint64_t{1} << 48) - 1);
    }
    uint32_t thread_slot(BlockId block) const noexcept {
        return static_cast<uint32_t>(size_and_thread[block.index()] >> 48);
    }
    StackId stack_of(BlockId block) const noexcept { return StackId(stack[block.index()]); }

    // For how many blocks and bytes a block is counted: one and its own size, unless it is one of a sample. Sums of
    // these are estimates then, unbiased; counted_blocks() is a whole number whose mean is weight_of().
    uint64_t counted_blocks(BlockId block) const noexcept { return weight.empty() ? 1 : weight[block.index()]; }
    uint64_t counted_bytes(BlockId block) const noexcept {
        return sample_bytes == 0 ? size_bytes(block) : estimated_bytes(block);
    }
    uint64_t estimated_bytes(BlockId block) const noexcept;
    double weight_of(BlockId block) const noexcept;  // 1 over the probability of being in the sample; 1 without one

    // The pool in which a block lies, be it handed out there or what is left; nullptr: none.
    const prof_pool* pool_around(BlockId block) const noexcept;
    // How far behind its address a block has requested bytes: its size, but for what is left of a pool.
    uint64_t reach_bytes(BlockId block) const noexcept {
        if (pools.empty()) [[likely]]
            return size_bytes(block);
        return reach_in_pools(block);
    }
    uint64_t reach_in_pools(BlockId block) const noexcept;
};

// The words that were kept, of blocks and then of roots. See prof_word_kind.
struct Words {
    std::span<const uint32_t> block_end;  // words of blocks 0..i
    std::span<const uint32_t> slot;
    std::span<const uint32_t> value;
    std::span<const uint64_t> targets;
    std::span<const prof_root> roots;
};

class Snapshot {
   public:
    // Errors: no such file; not a snapshot (says what it is when it can: ELF core, gzip, text); made by a newer
    // version; truncated (says how much is missing); damaged (says which section).
    static Result<Snapshot> open(const std::filesystem::path& path);

    Snapshot(Snapshot&&) noexcept;
    Snapshot& operator=(Snapshot&&) noexcept;
    ~Snapshot();

    const std::filesystem::path& path() const noexcept;
    const prof_process& process() const noexcept;
    std::string_view string(uint32_t offset) const noexcept;
    std::string_view program() const noexcept { return string(process().program); }

    std::span<const prof_module> modules() const noexcept;
    std::span<const prof_map> maps() const noexcept;
    std::span<const prof_thread> threads() const noexcept;
    std::span<const prof_thread_storage> thread_storage() const noexcept;  // empty before 1.2
    std::span<const prof_tick> timeline() const noexcept;
    std::span<const uint64_t> node_pc() const noexcept;
    std::span<const uint32_t> node_parent() const noexcept;
    std::span<const prof_stack> stacks() const noexcept;  // `node` is a frame of the program, never a tag
    uint64_t lost(prof_loss kind) const noexcept;  // 0 for kinds that the file does not have

    // What the program said of its types, and of where it was when it allocated; row 0 is "none". Empty when it said
    // nothing, and before 1.4.
    std::span<const prof_declared_type> declared_types() const noexcept;
    std::span<const prof_declared_field> declared_fields(const prof_declared_type& type) const noexcept;
    std::span<const prof_domain> domains() const noexcept;
    Tag tag_of(StackId stack) const noexcept;  // which of these its blocks are of; 0: none

    // Checked when first asked for; every index in them is in range from then on.
    Result<Blocks> blocks() const;
    Result<Words> words() const;
    Result<Residency> residency() const;  // not known before 1.3, nor without contents
    Result<Python> python() const;        // not there when there was no interpreter
    // A prof_hash or keyed hash a block; empty when the snapshot was not asked for them.
    Result<std::span<const uint64_t>> hashes() const;

    // Of the blocks, only a sample was recorded: all counts are estimates, and most blocks are not here.
    bool is_sampled() const noexcept { return process().sample_bytes != 0; }
    // What is left of a process that died suddenly: counters of stacks alone.
    bool has_blocks() const noexcept { return process().reason != PROF_REASON_SUDDEN; }

    uint64_t file_bytes() const noexcept;

   private:
    struct State;
    explicit Snapshot(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

}  // namespace heapkit::read

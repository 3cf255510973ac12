// SPDX-License-Identifier: MIT
//
// Writes valid snapshot files from C++, so that a test states its whole heap as text.
//
// Side: tests. Knows prof/format.h as the agent does; what it writes, read::Snapshot::open() accepts.
//
//     SnapshotWriter old;
//     StackId insert = old.stack({0x401020, 0x401100, 0x401200});       // return addresses, innermost first
//     BlockId entry = old.block({.size_bytes = 64, .stack = insert});
//     BlockId text = old.block({.size_bytes = 4096, .stack = insert});
//     old.word(entry, 8, Pointer{text});                                // the word at byte 8 of entry
//     old.write(folder / "old.heap");
//
// Everything that a test does not state has a plain default: one module "/bin/program" at 0x400000, one main thread,
// two ticks (start, snapshot), totals that agree with the blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <prof/format.h>

#include "base/ids.h"

namespace heapkit::tests {

using Bytes = std::vector<unsigned char>;

struct NewModule {
    std::string path = "/bin/program";
    uint64_t start = 0x400000;
    uint64_t end = 0x800000;
    uint64_t bias = 0;
    std::vector<uint8_t> build_id = {};
    uint16_t first_generation = 0;
    uint16_t last_generation = PROF_GENERATION_ALIVE;
    uint32_t flags = 0;
};

struct NewBlock {
    uint64_t address = 0;  // 0: the next multiple of 16 after the block before; otherwise beyond that block
    uint64_t size_bytes = 16;
    StackId stack = {};
    uint32_t birth = 0;   // tick
    uint32_t thread = 1;  // slot
    uint32_t slack_bytes = 0;
    uint64_t hash = PROF_HASH_NONE;  // when any block has one, all have
    uint32_t weight = 1;             // written when process.sample_bytes says that the blocks are a sample
};

struct NewDeclaredField {
    std::string name, type;
    uint64_t offset = 0, size_bytes = 8;
    uint32_t flags = 0;  // prof_declared_flag
};
struct NewDeclaredType {
    std::string name;
    uint64_t size_bytes = 0;
    std::vector<NewDeclaredField> fields = {};
    uint32_t flags = 0;
};
struct NewTag {
    uint32_t type = 0, domain = 0;  // rows
};

struct NewThread {
    uint32_t tid = 1001;
    uint16_t slot = 2;
    std::string name = "worker";
    uint16_t flags = PROF_THREAD_ALIVE;
    uint32_t first_tick = 0;
    uint32_t last_tick = UINT32_MAX;
    uint64_t stack_start = 0;
    uint64_t stack_end = 0;
    uint64_t stack_pointer = 0;
    uint64_t program_counter = 0;
};

// An interpreter, as the file has it; references are those of the objects, then of the roots.
struct NewPython {
    bool is_there = false;
    prof_python facts = {};
    std::vector<prof_python_type> types;
    std::vector<prof_python_object> objects;
    std::vector<prof_python_reference> references;
    std::vector<prof_python_root> roots;
};

// What a word holds.
struct Pointer {  // to the start of a block, or into it
    BlockId to;
    uint64_t offset_bytes = 0;
};
struct EndPointer {  // one past the end of a block
    BlockId of;
};
struct SelfPointer {  // into its own block
    uint32_t offset_bytes;
};
struct ModulePointer {  // to a vtable, function, global
    uint64_t address;
};
struct StackPointer {
    uint64_t address;
};
struct Integer {
    uint32_t value;
};
struct IntegerPair {
    uint16_t low, high;
};
struct SignedPair {
    int16_t low, high;
};
struct Flags {
    uint8_t byte_0, byte_4;
};
using Word = std::variant<Pointer, EndPointer, SelfPointer, ModulePointer, StackPointer, Integer, IntegerPair,
                          SignedPair, Flags>;

using RootId = Id<struct RootTag>;

class SnapshotWriter {
   public:
    explicit SnapshotWriter(std::string_view program = "program");

    // Freely changed by a test; totals that are still zero when the file is written are summed from the blocks.
    prof_process process = {};
    NewPython python = {};

    uint32_t string(std::string_view text);    // its offset
    ModuleId module(const NewModule& module);  // the first call replaces the default one
    // The module that holds `address` in the running test program, with its real path, bias and build-id: real names
    // for real program counters. See places.h.
    ModuleId module_of(const void* address, uint32_t flags = 0);
    void map(uint64_t start, uint64_t end, std::string_view path, uint32_t permissions = 3);
    size_t thread(const NewThread& thread);  // index; thread 0, slot 1, is the main thread
    void thread_storage(size_t thread, ModuleId module, uint64_t address, uint64_t bytes);
    uint32_t tick(uint64_t elapsed_ns, uint64_t live_bytes = 0, uint32_t live_blocks = 0, uint32_t snapshots = 0);

    NodeId node(NodeId caller, uint64_t pc);  // the same one when asked twice
    StackId stack(const std::vector<uint64_t>& innermost_first, uint32_t flags = 0);
    // Counters of what is gone; writing adds the live blocks, and lifts the peak to what is live.
    prof_stack& counters(StackId stack) { return stacks_[stack.index()]; }
    void freed(StackId stack, uint64_t blocks, uint64_t bytes);

    // What a program declares; stacks may be tagged with it. A type's fields are given in ascending order.
    uint32_t declare(const NewDeclaredType& type);                // its row
    uint32_t domain(std::string_view name, uint32_t parent = 0);  // its row
    StackId tagged(StackId stack, const NewTag& tag);             // the same frames, and a tag in front of them

    BlockId block(const NewBlock& block);
    std::vector<BlockId> blocks(size_t count, const NewBlock& like);
    void word(BlockId block, uint64_t offset_bytes, const Word& word);

    RootId root(prof_root_kind kind, uint32_t owner, uint64_t address, uint64_t bytes);
    void word(RootId root, uint64_t offset_bytes, const Word& word);

    // A range of pages by their states, one character each: 'r' resident, '-' absent, 's' swapped, '?' unknown.
    void pages(uint64_t start, std::string_view states);

    // As the file has it: the row of what is left is a block of the test's own, with the size of its first part.
    void pool(const prof_pool& pool) { pools_.push_back(pool); }

    void lost(prof_loss kind, uint64_t count) { losses_[kind] += count; }

    Bytes bytes() const;
    void write(const std::filesystem::path& path) const;

   private:
    using WordsByIndex = std::map<uint32_t, Word>;

    std::vector<prof_stack> stacks_with_live_blocks() const;
    prof_process process_with_totals(const std::vector<prof_stack>& stacks) const;

    std::string strings_;
    std::vector<prof_module> modules_;
    std::vector<prof_map> maps_;
    std::vector<prof_thread> threads_;
    std::vector<prof_thread_storage> thread_storage_;
    std::vector<prof_tick> ticks_;
    std::vector<uint64_t> node_pc_;
    std::vector<uint32_t> node_parent_;
    std::map<std::pair<uint32_t, uint64_t>, NodeId> node_of_;
    std::vector<prof_stack> stacks_;
    std::map<std::pair<uint32_t, uint32_t>, StackId> stack_of_;
    std::vector<NewBlock> blocks_;
    std::vector<prof_root> roots_;
    std::map<uint32_t, WordsByIndex> block_words_, root_words_;
    std::vector<prof_page_range> page_ranges_;
    std::vector<uint8_t> page_states_;
    std::vector<prof_pool> pools_;
    std::vector<prof_declared_type> declared_types_;
    std::vector<prof_declared_field> declared_fields_;
    std::vector<prof_domain> domains_;
    std::vector<uint64_t> losses_;
    bool has_default_module_ = true;
    bool has_default_ticks_ = true;
};

// ---- For tests of damage: change a valid file --------------------------------------------------------------------

prof_section& section_of(Bytes& file, prof_section_id id);

// Element `index` of a section, to be changed in place.
template <typename T>
T& element_of(Bytes& file, prof_section_id id, size_t index) {
    return *reinterpret_cast<T*>(file.data() + section_of(file, id).offset + index * sizeof(T));
}

// Makes all checksums right again, so that a reader must notice the content.
void reseal(Bytes& file);

void write_file(const std::filesystem::path& path, const Bytes& bytes);

}  // namespace heapkit::tests

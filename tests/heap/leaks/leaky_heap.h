// SPDX-License-Identifier: MIT
//
// Snapshots for tests of leaks: one root area, a main thread whose registers are known, verdicts by block.
//
// Side: tests.
#pragma once

#include <string>

#include "analyze/leaks.h"
#include "catch.h"
#include "graph/graph.h"
#include "snapshot_writer.h"
#include "temporary_folder.h"

namespace heapkit::tests {

class LeakyHeap {
   public:
    SnapshotWriter writer;
    bool main_registers_are_known = true;

    BlockId block(uint64_t size_bytes = 32, StackId stack = {}, uint32_t birth = 0) {
        return writer.block({.size_bytes = size_bytes, .stack = stack, .birth = birth});
    }
    // Interior pointers go to byte 9, where no heuristic looks.
    void link(BlockId from, BlockId to, uint64_t into_bytes = 0) {
        writer.word(from, 8 * words_of_[from.value]++, Pointer{to, into_bytes});
    }
    void root(BlockId to, uint64_t into_bytes = 0) {
        if (!has_globals_) globals_ = writer.root(PROF_ROOT_GLOBALS, 0, 0x404000, 8192);
        has_globals_ = true;
        writer.word(globals_, 8 * root_words_++, Pointer{to, into_bytes});
    }

    Bytes bytes() const {
        Bytes file = writer.bytes();
        if (main_registers_are_known)
            element_of<prof_thread>(file, PROF_SECTION_THREADS, 0).flags |= PROF_THREAD_REGISTERS_KNOWN;
        reseal(file);
        return file;
    }
    void write(const std::filesystem::path& path) const { write_file(path, bytes()); }

   private:
    RootId globals_;
    bool has_globals_ = false;
    uint64_t root_words_ = 0;
    std::map<uint32_t, uint64_t> words_of_;
};

constexpr uint64_t inside = 9;

inline Result<analyze::Verdicts> judge(const Bytes& bytes, const analyze::VerdictOptions& options = {}) {
    const TemporaryFolder folder;
    write_file(folder / "a.heap", bytes);
    const auto snapshot = read::Snapshot::open(folder / "a.heap");
    if (!snapshot) FAIL(snapshot.error().what);
    return verdicts_of(*snapshot, options);
}

// One letter a block: R reachable, P possibly, I indirectly, D definitely lost, S suppressed.
inline std::string letters(const analyze::Verdicts& verdicts) {
    std::string text;
    for (const analyze::LeakKind kind : verdicts.of) text += "RPIDS"[static_cast<size_t>(kind)];
    return text;
}
inline std::string verdicts_in(const LeakyHeap& heap, const analyze::VerdictOptions& options = {}) {
    const auto verdicts = judge(heap.bytes(), options);
    if (!verdicts) FAIL(verdicts.error().what);
    return letters(*verdicts);
}

}  // namespace heapkit::tests

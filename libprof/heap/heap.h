// SPDX-License-Identifier: MIT
//
// One heap: a snapshot, understood. Read-only; each part is built when it is first asked for.
//
// Side:    heap, floor 6. Analyses ask it, renderers never see it.
// Threads: one thread a Heap.
// Memory:  columns; each part says its own.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "python/objects.h"
#include "read/snapshot.h"
#include "refs/references.h"
#include "symbols/frames.h"
#include "symbols/type_book.h"
#include "types/types.h"

namespace heapkit {

struct HeapOptions {
    symbols::Options symbols;
};

class Heap {
   public:
    static Result<Heap> open(const std::filesystem::path& path, HeapOptions options = {});

    Heap(Heap&&) noexcept;
    Heap& operator=(Heap&&) noexcept;
    ~Heap();

    const read::Snapshot& snapshot() const noexcept;
    const read::Blocks& blocks() const noexcept;  // checked by open()
    const symbols::Frames& frames() const;        // resolves on the first call
    const types::Types& types() const;            // types every block on the first call
    Result<read::Words> words() const;
    const symbols::TypeBook& type_book() const;  // loads on the first call
    const python::Objects& python() const;       // of an interpreter, if there was one

    // Who refers to whom, built on the first call; `raw`: without containers folded. Errors: the snapshot was taken
    // without words, or is a sample; it is damaged; it has too many blocks.
    Result<const refs::References*> references(bool raw = false) const;

   private:
    friend void type_together(std::span<const Heap* const> heaps);
    struct State;
    void read_symbols() const;  // all that types() reads of debug files
    void read_words() const;
    explicit Heap(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

// Types the blocks of several heaps, none named twice: as many at a time as there are processors. Debug files are read
// by the calling thread alone, one heap after the other, so that the second finds what the first kept in the cache.
// Each heap stays with one thread.
void type_together(std::span<const Heap* const> heaps);

}  // namespace heapkit

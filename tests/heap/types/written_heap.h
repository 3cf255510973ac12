// SPDX-License-Identifier: MIT
//
// A heap and its debug information, both written by hand, so that a test of types states all that they are found from.
//
// Side: tests.
//
//     WrittenHeap heap;
//     const auto node = heap.book.structure("Node", 16);
//     heap.book.member(node, "next", 0, heap.book.pointer(node));
//     const BlockId first = heap.blocks.block({.size_bytes = 16});
//     heap.global("head", heap.book.pointer(node), Pointer{first});
//     const Inferred types = heap.infer();
//     CHECK(types.name(first) == "Node");
#pragma once

#include <memory>
#include <string>

#include "catch.h"
#include "snapshot_writer.h"
#include "symbols/declared_book.h"
#include "symbols/type_book_builder.h"
#include "temporary_folder.h"
#include "types/types.h"

namespace heapkit::tests {

struct Inferred {
    Inferred(const SnapshotWriter& writer, const symbols::TypeBookBuilder& builder)
        : snapshot(opened(writer)), book(with_declared(*snapshot, builder.book())) {
        const symbols::Options options = {.use_cache = false, .progress = {}};
        blocks = *snapshot->blocks();
        words = *snapshot->words();
        frames = std::make_unique<symbols::Frames>(symbols::Frames::resolve(*snapshot, options));
        sites = std::make_unique<symbols::CallSites>(symbols::CallSites::read(*snapshot, book, *frames, options));
        types = std::make_unique<types::Types>(types::Types::infer({*snapshot, blocks, words, *frames, book, *sites}));
    }

    // "" for a block that has no type.
    std::string name(BlockId block) const {
        const bool is_typed = types->evidence(block) > types::Evidence::allocation_site;
        return is_typed ? types->type(types->of(block)).name : std::string();
    }
    const types::Storage& storage(BlockId block) const { return types->containers().of_block[block.index()]; }

    static std::unique_ptr<read::Snapshot> opened(const SnapshotWriter& writer) {
        static const TemporaryFolder folder;
        writer.write(folder / "1.heap");
        return std::make_unique<read::Snapshot>(*read::Snapshot::open(folder / "1.heap"));
    }
    static symbols::TypeBook with_declared(const read::Snapshot& snapshot, const symbols::TypeBook& written) {
        return symbols::TypeBook::of(
            symbols::merged_with_declared(snapshot, {{&written.columns(), ModuleId(size_t{0}), 0}}));
    }

    std::unique_ptr<read::Snapshot> snapshot;
    symbols::TypeBook book;
    read::Blocks blocks;
    read::Words words;
    std::unique_ptr<symbols::Frames> frames;
    std::unique_ptr<symbols::CallSites> sites;
    std::unique_ptr<types::Types> types;
};

class WrittenHeap {
   public:
    using DebugTypeId = symbols::DebugTypeId;
    static constexpr uint64_t globals_at = 0x500000, globals_bytes = 0x1000;

    SnapshotWriter blocks;
    symbols::TypeBookBuilder book;
    DebugTypeId integer = book.basic("int", 4), character = book.basic("char", 1);

    WrittenHeap() : globals_(blocks.root(PROF_ROOT_GLOBALS, 0, globals_at, globals_bytes)) {
        book.facts(character).is_character = true;
    }

    // A new global variable; its offset in the root, for further words of it.
    uint64_t global(const std::string& name, DebugTypeId type, uint64_t size_bytes = 8) {
        const uint64_t offset = used_;
        used_ += (size_bytes + 7) / 8 * 8;
        book.variable(name, globals_at + offset, type);
        return offset;
    }
    void global(const std::string& name, DebugTypeId type, const Word& word) {
        blocks.word(globals_, global(name, type), word);
    }
    void global_word(uint64_t offset, const Word& word) { blocks.word(globals_, offset, word); }

    // libstdc++'s std::vector<element>.
    DebugTypeId vector_of(const std::string& element_name, DebugTypeId element) {
        const DebugTypeId vector =
            book.structure("std::vector<" + element_name + ", std::allocator<" + element_name + "> >", 24);
        book.argument(vector, element);
        book.member(vector, "_M_start", 0, book.pointer(element));
        book.member(vector, "_M_finish", 8, book.pointer(element));
        book.member(vector, "_M_end_of_storage", 16, book.pointer(element));
        return vector;
    }

    Inferred infer() const { return {blocks, book}; }

   private:
    RootId globals_;
    uint64_t used_ = 0;
};

}  // namespace heapkit::tests

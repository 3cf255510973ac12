// SPDX-License-Identifier: MIT
//
// See heap.h.
//
// Side: heap, floor 6.
#include "heap.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "read/sample.h"

namespace heapkit {

struct Heap::State {
    State(read::Snapshot snapshot_, read::Blocks blocks_, HeapOptions options_)
        : snapshot(std::move(snapshot_)), blocks(blocks_), options(std::move(options_)) {}

    const read::Snapshot snapshot;
    const read::Blocks blocks;
    const HeapOptions options;
    std::optional<symbols::Frames> frames;
    std::optional<symbols::TypeBook> book;
    std::optional<symbols::CallSites> call_sites;
    std::optional<symbols::ThreadVariables> thread_variables;
    std::optional<python::Objects> python;
    std::optional<types::Types> types;
    // What types borrow.
    std::optional<read::Words> words;
    std::vector<uint32_t> no_words;
    std::optional<refs::References> references, raw_references;
};

Heap::Heap(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Heap::Heap(Heap&&) noexcept = default;
Heap& Heap::operator=(Heap&&) noexcept = default;
Heap::~Heap() = default;

Result<Heap> Heap::open(const std::filesystem::path& path, HeapOptions options) {
    auto snapshot = read::Snapshot::open(path);
    if (!snapshot) return snapshot.error();
    auto blocks = snapshot->blocks();
    if (!blocks) return blocks.error();
    return Heap(std::make_unique<State>(*std::move(snapshot), *blocks, std::move(options)));
}

const read::Snapshot& Heap::snapshot() const noexcept { return state_->snapshot; }
const read::Blocks& Heap::blocks() const noexcept { return state_->blocks; }
Result<read::Words> Heap::words() const { return state_->snapshot.words(); }

const symbols::Frames& Heap::frames() const {
    if (!state_->frames) state_->frames = symbols::Frames::resolve(state_->snapshot, state_->options.symbols);
    return *state_->frames;
}

const symbols::TypeBook& Heap::type_book() const {
    if (!state_->book) state_->book = symbols::TypeBook::load(state_->snapshot, state_->options.symbols);
    return *state_->book;
}

void Heap::read_symbols() const {
    if (state_->call_sites) return;
    state_->call_sites = symbols::CallSites::read(state_->snapshot, type_book(), frames(), state_->options.symbols);
    read_words();
    state_->thread_variables = symbols::ThreadVariables::find({.snapshot = state_->snapshot,
                                                               .blocks = state_->blocks,
                                                               .words = *state_->words,
                                                               .frames = frames(),
                                                               .book = type_book(),
                                                               .options = state_->options.symbols});
}

// Words that are damaged take the vtables away, not the types: sites are still known. words() says what is wrong.
void Heap::read_words() const {
    if (state_->words) return;
    if (const auto words = state_->snapshot.words()) {
        state_->words = *words;
    } else {
        state_->no_words.assign(state_->blocks.count(), 0);
        state_->words = {.block_end = state_->no_words, .slot = {}, .value = {}, .targets = {}, .roots = {}};
    }
}

const python::Objects& Heap::python() const {
    if (state_->python) return *state_->python;
    read_words();
    return state_->python.emplace(python::Objects::of(state_->snapshot, state_->blocks, *state_->words));
}

const types::Types& Heap::types() const {
    if (state_->types) return *state_->types;
    read_symbols();
    state_->types = types::Types::infer({state_->snapshot, state_->blocks, *state_->words, frames(), type_book(),
                                         *state_->call_sites, &*state_->thread_variables, &python()});
    return *state_->types;
}

Result<const refs::References*> Heap::references(bool raw) const {
    std::optional<refs::References>& known = raw ? state_->raw_references : state_->references;
    if (known) return &*known;
    if (auto refusal = read::needs_every_block(state_->snapshot)) return *refusal;
    const std::string file = state_->snapshot.path().string();
    if (!state_->snapshot.has_blocks())
        return Error{file + " is what was left of a process that died suddenly: counters of stacks, no blocks",
                     "Ask heapkit stats. For references, take snapshots while it lives: heapkit run --interval 60."};
    if (state_->snapshot.process().contents == PROF_CONTENTS_NONE)
        return Error{file + " was taken without contents: nobody can say what refers to what",
                     "Take it again without --contents none."};
    if (const auto words = state_->snapshot.words(); !words) return words.error();
    const types::Types& types = this->types();  // reads state_->words
    auto built = refs::References::build({.snapshot = state_->snapshot,
                                          .blocks = state_->blocks,
                                          .words = *state_->words,
                                          .frames = frames(),
                                          .book = type_book(),
                                          .types = types,
                                          .threads = &*state_->thread_variables,
                                          .python = &python()},
                                         raw);
    if (!built) return built.error();
    known = *std::move(built);
    return &*known;
}

void type_together(std::span<const Heap* const> heaps) {
    for (const Heap* heap : heaps) heap->read_symbols();
    std::atomic<size_t> next = 0;
    const auto type_one_by_one = [&] {
        for (size_t at = next++; at < heaps.size(); at = next++) heaps[at]->types();
    };
    const size_t threads = std::min<size_t>(heaps.size(), std::max(1U, std::thread::hardware_concurrency()));
    std::vector<std::jthread> others;
    for (size_t thread = 1; thread < threads; ++thread) others.emplace_back(type_one_by_one);
    type_one_by_one();
}

}  // namespace heapkit

// SPDX-License-Identifier: MIT
//
// Snapshot: the file behind its columns. sections.cpp knows the outer shape, checks.cpp the small sections, blocks.cpp
// and words.cpp the big ones; here they are put together and asked at the right time.
//
// Side: heap, floor 2 (read).
#include "read/snapshot.h"

#include <mutex>
#include <optional>

#include "base/check.h"
#include "base/mapped_file.h"
#include "read/checks.h"
#include "read/columns.h"
#include "read/sections.h"

namespace heapkit::read {

struct Snapshot::State {
    State(std::filesystem::path path_, MappedFile file_, Sections sections_, SmallSections small_)
        : path(std::move(path_)), file(std::move(file_)), sections(std::move(sections_)), small(std::move(small_)) {}

    const std::filesystem::path path;
    const MappedFile file;
    const Sections sections;
    const SmallSections small;

    std::once_flag blocks_once, words_once, residency_once, python_once, hashes_once;
    std::optional<Result<Blocks>> blocks;
    BlockColumns block_columns;
    std::optional<Result<Words>> words;
    WordColumns word_columns;
    std::optional<Result<Residency>> residency;
    std::optional<Result<Python>> python;
    PythonColumns python_columns;
    std::vector<prof_page_range> copied_ranges;  // a later minor version made them longer
    std::optional<Result<std::span<const uint64_t>>> hashes;
};

Snapshot::Snapshot(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Snapshot::Snapshot(Snapshot&&) noexcept = default;
Snapshot& Snapshot::operator=(Snapshot&&) noexcept = default;
Snapshot::~Snapshot() = default;

Result<Snapshot> Snapshot::open(const std::filesystem::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return file.error();
    auto sections = Sections::open(path.string(), file->bytes());
    if (!sections) return sections.error();
    auto small = read_small_sections(*sections);
    if (!small) return small.error();
    return Snapshot(std::make_unique<State>(path, *std::move(file), *std::move(sections), *std::move(small)));
}

Result<Blocks> Snapshot::blocks() const {
    std::call_once(state_->blocks_once,
                   [&] { state_->blocks = read_blocks(state_->sections, state_->small, state_->block_columns); });
    return *state_->blocks;
}

Result<Words> Snapshot::words() const {
    auto checked = blocks();
    if (!checked) return checked.error();
    std::call_once(state_->words_once, [&] {
        state_->words = read_words(state_->sections, state_->small, *checked, state_->word_columns);
    });
    return *state_->words;
}

Result<Residency> Snapshot::residency() const {
    std::call_once(state_->residency_once, [&] {
        state_->residency = read_residency(state_->sections, state_->small, state_->copied_ranges);
    });
    return *state_->residency;
}

Result<Python> Snapshot::python() const {
    auto checked = blocks();
    if (!checked) return checked.error();
    std::call_once(state_->python_once, [&] {
        state_->python = read_python(state_->sections, state_->small, *checked, state_->python_columns);
    });
    return *state_->python;
}

Result<std::span<const uint64_t>> Snapshot::hashes() const {
    auto checked = blocks();
    if (!checked) return checked.error();
    std::call_once(state_->hashes_once, [&] { state_->hashes = read_hashes(state_->sections, *checked); });
    return *state_->hashes;
}

const std::filesystem::path& Snapshot::path() const noexcept { return state_->path; }
const prof_process& Snapshot::process() const noexcept { return state_->small.process; }

std::string_view Snapshot::string(uint32_t offset) const noexcept {
    check(offset < state_->small.strings.size(), "a string was asked for that the snapshot does not have");
    return state_->small.strings.data() + offset;
}

std::span<const prof_module> Snapshot::modules() const noexcept { return state_->small.modules; }
std::span<const prof_map> Snapshot::maps() const noexcept { return state_->small.maps; }
std::span<const prof_thread> Snapshot::threads() const noexcept { return state_->small.threads; }
std::span<const prof_thread_storage> Snapshot::thread_storage() const noexcept { return state_->small.thread_storage; }
std::span<const prof_tick> Snapshot::timeline() const noexcept { return state_->small.timeline; }
std::span<const uint64_t> Snapshot::node_pc() const noexcept { return state_->small.node_pc; }
std::span<const uint32_t> Snapshot::node_parent() const noexcept { return state_->small.node_parent; }
std::span<const prof_stack> Snapshot::stacks() const noexcept { return state_->small.stacks; }

std::span<const prof_declared_type> Snapshot::declared_types() const noexcept { return state_->small.declared_types; }
std::span<const prof_domain> Snapshot::domains() const noexcept { return state_->small.domains; }

std::span<const prof_declared_field> Snapshot::declared_fields(const prof_declared_type& type) const noexcept {
    return state_->small.declared_fields.subspan(type.fields_begin, type.fields_end - type.fields_begin);
}

Tag Snapshot::tag_of(StackId stack) const noexcept {
    const auto& tags = state_->small.tags;
    return tags.empty() ? Tag{} : tags[stack.index()];
}

uint64_t Snapshot::lost(prof_loss kind) const noexcept {
    const auto& losses = state_->small.losses;
    return static_cast<size_t>(kind) < losses.size() ? losses[kind] : 0;
}

uint64_t Snapshot::file_bytes() const noexcept { return state_->file.bytes().size(); }

}  // namespace heapkit::read

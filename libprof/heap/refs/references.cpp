// SPDX-License-Identifier: MIT
//
// References: vertices and edges put together, and what is asked of them.
//
// Side: heap, floor 5 (refs).
#include "refs/references.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <optional>

#include "refs/collect.h"
#include "refs/roots.h"

namespace heapkit::refs {
namespace {

// Which tier of roots a search begins with: a value that lies about on a stack must not hide a variable, and what the
// recorder has in flight nothing at all.
constexpr size_t tier_count = 5;
size_t tier_of(const read::Words& words, const Variables& variables, const python::Objects* python, const Root& root) {
    if (root.is_python()) return python->python().roots[root.python].kind == PROF_PYTHON_INTERPRETER ? 1 : 0;
    if (root.variable) return Variables::is_on_stack(root.variable) ? 2 : 1;
    const prof_root& area = words.roots[root.area];
    if (variables.is_recorders(area, root.offset_bytes)) return tier_count - 1;
    switch (area.kind) {
        case PROF_ROOT_GLOBALS:
        case PROF_ROOT_TLS:
        case PROF_ROOT_DECLARED:
            return 1;
        case PROF_ROOT_STACK:
        case PROF_ROOT_MAPPING:
            return 3;
        default:
            return 4;
    }
}

}  // namespace

struct References::State {
    State(const Input& input_, bool raw)
        : input(input_),
          variables(input.snapshot, input.blocks, input.words, input.book, input.threads),
          fields({input.blocks, input.words, input.frames, input.book, input.types, variables}),
          interior(input.snapshot, input.blocks, input.words, input.python == nullptr ? no_python : *input.python, {}),
          sources{input.snapshot, input.blocks, input.words, input.book,   input.types,
                  variables,      fields,       interior,    input.python, raw},
          vertices(input.blocks, input.book, raw ? nullptr : &input.types, input.python) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    types::Place place_of(uint32_t entry) const;
    // Of an entry that is no word: a reference of Python's; otherwise none.
    uint32_t python_reference(uint32_t entry) const {
        const size_t words = input.words.slot.size();
        return entry < words ? python::none : static_cast<uint32_t>(entry - words);
    }
    Shape shape_at(const types::Place& place) const;

    const Input input;
    const python::Objects no_python;
    const Variables variables;
    const Fields fields;
    const InteriorPointers interior;
    const Sources sources;
    Vertices vertices;
    Collected collected;
    mutable std::optional<graph::Reverse> reverse;
    mutable std::optional<graph::Paths> paths;
};

References::References(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
References::References(References&&) noexcept = default;
References& References::operator=(References&&) noexcept = default;
References::~References() = default;

Result<References> References::build(const Input& input, bool raw) {
    auto state = std::make_unique<State>(input, raw);
    find_roots(state->sources, state->vertices);
    const size_t of_python = input.python == nullptr ? 0 : input.python->python().references.size();
    if (state->vertices.count() >= graph::most_nodes || input.words.slot.size() + of_python > UINT32_MAX)
        return Error{"this heap has more than two billion blocks or words, too many to follow their references", ""};
    state->collected = collect(state->sources, state->vertices);
    return References(std::move(state));
}

const Variables& References::variables() const noexcept { return state_->variables; }
const Vertices& References::vertices() const noexcept { return state_->vertices; }
const graph::Graph& References::graph() const noexcept { return state_->collected.graph; }

uint64_t References::size_bytes(VertexId vertex) const noexcept {
    switch (vertices().kind(vertex)) {
        case Vertices::Kind::block:
            return state_->input.blocks.size_bytes(BlockId(vertex.index())) +
                   vertices().part_bytes(BlockId(vertex.index()));
        case Vertices::Kind::container:
            return vertices().storage_bytes(vertices().container(vertex));
        case Vertices::Kind::root:
            break;
    }
    return 0;
}

const graph::Reverse& References::reverse() const {
    if (!state_->reverse) state_->reverse = graph::reversed(graph());
    return *state_->reverse;
}

const graph::Paths& References::paths() const {
    if (state_->paths) return *state_->paths;
    std::array<std::vector<uint32_t>, tier_count> roots;
    for (size_t index = 0; index < vertices().roots().size(); ++index)
        roots[tier_of(state_->input.words, state_->variables, state_->input.python, vertices().roots()[index])]
            .push_back(static_cast<uint32_t>(vertices().first_root() + index));
    state_->paths = graph::shortest_paths(graph(), roots);
    return *state_->paths;
}

// Blocks' words come first, block after block; then those of the roots, root after root.
types::Place References::State::place_of(uint32_t entry) const {
    const uint64_t offset_bytes = (*read::WordRange::Iterator(input.words, entry)).offset_bytes;
    const auto& ends = input.words.block_end;
    const auto block = std::upper_bound(ends.begin(), ends.end(), entry);
    if (block != ends.end())
        return {.is_root = false, .index = static_cast<uint32_t>(block - ends.begin()), .offset_bytes = offset_bytes};
    const auto& areas = input.words.roots;
    const auto area = std::upper_bound(areas.begin(), areas.end(), entry,
                                       [](uint64_t at, const prof_root& root) { return at < root.words_end; });
    return {.is_root = true, .index = static_cast<uint32_t>(area - areas.begin()), .offset_bytes = offset_bytes};
}

Shape References::State::shape_at(const types::Place& place) const {
    return place.is_root ? fields.shape_of_root(place.index, place.offset_bytes)
                         : fields.shape_of(BlockId(place.index));
}

Reference References::reference(uint32_t edge) const {
    if (const uint32_t reference = state_->python_reference(state_->collected.entries[edge]); reference != python::none)
        return {.from = VertexId(graph::source_of(graph(), edge)),
                .to = VertexId(graph().edges[edge].to()),
                .place = {.is_root = false, .index = graph::source_of(graph(), edge), .offset_bytes = 0},
                .owns = true,
                .is_smart = true,
                .field_key = state_->input.python->label_key(reference)};
    const types::Place place = state_->place_of(state_->collected.entries[edge]);
    const Link link = state_->fields.link(state_->shape_at(place), place.offset_bytes);
    const graph::Edge leads = graph().edges[edge];
    return {.from = VertexId(graph::source_of(graph(), edge)),
            .to = VertexId(leads.to()),
            .place = place,
            .owns = leads.is_strong(),
            .is_conservative = link.kind == Link::Kind::conservative,
            .is_smart = link.is_smart || link.is_in_container,
            .field_key = link.field_key()};
}

std::string References::label(uint32_t edge) const {
    if (const uint32_t reference = state_->python_reference(state_->collected.entries[edge]); reference != python::none)
        return state_->input.python->label(reference);
    return label_at(state_->place_of(state_->collected.entries[edge]));
}

std::string References::label_at(const types::Place& place) const {
    const Shape shape = state_->shape_at(place);
    // A word of a root that belongs to no variable is named by the root itself.
    if (place.is_root && shape.kind == Shape::Kind::unknown) return "";
    return state_->fields.text(shape, place.offset_bytes);
}

std::string References::element_label(BlockId block) const {
    const Shape shape = state_->fields.shape_of(block);
    const bool is_node = shape.kind == Shape::Kind::node;
    return is_node ? state_->fields.first_element(shape) : "";
}

std::string References::root_name(VertexId vertex) const {
    const Root& root = vertices().root(vertex);
    if (root.is_python()) return state_->input.python->root_name(root.python);
    if (root.variable) {
        const Variables::Name name = state_->variables.name(root.variable);
        return name.own + name.scope;
    }
    const prof_root& area = state_->input.words.roots[root.area];
    const std::string slot = state_->variables.slot_name(area, root.offset_bytes);
    return slot.empty() ? name_of(state_->input.snapshot, area, root.offset_bytes) : slot;
}

std::string References::root_kind(VertexId vertex) const {
    const Root& root = vertices().root(vertex);
    if (root.is_python()) return state_->input.python->root_kind(root.python);
    const prof_root& area = state_->input.words.roots[root.area];
    if (root.variable) return Variables::kind(root.variable);
    const std::string kind(kind_of(area));
    const bool has_thread = !state_->variables.slot_name(area, root.offset_bytes).empty();
    return has_thread ? fmt::format("{} of {}", kind, name_of_thread(state_->input.snapshot.threads()[area.owner]))
                      : kind;
}

}  // namespace heapkit::refs

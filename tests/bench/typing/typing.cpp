// SPDX-License-Identifier: MIT
//
// How well the blocks of a snapshot are typed, and the references between them named, as JSON: what `heapkit types --by
// evidence` does not say. See corpus.py.
//
// Side:   tests. Usage: bench_typing SNAPSHOT
// Memory: a heap's, and one counter a type and a first word.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "heap.h"
#include "read/words.h"
#include "types/sites.h"
#include "types/vtable.h"

namespace {

using heapkit::BlockId;
using heapkit::Heap;
using heapkit::types::Evidence;
using heapkit::types::Type;
using Json = nlohmann::json;
using Counters = std::unordered_map<std::string, uint64_t>;

constexpr size_t most_examples = 8;

Json largest(const Counters& counters) {
    std::vector<std::pair<std::string, uint64_t>> sorted(counters.begin(), counters.end());
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    Json list = Json::array();
    for (size_t index = 0; index < std::min(sorted.size(), most_examples); ++index)
        list.push_back({{"name", sorted[index].first}, {"count", sorted[index].second}});
    return list;
}

bool says_type(const Type& type) {
    return type.form == Type::Form::object || type.form == Type::Form::storage || type.form == Type::Form::text;
}

// Typed: a class, storage or text. Labelled: that, a guess that is a name alone, or a site with a line.
Json blocks_of(const Heap& heap) {
    uint64_t typed = 0, typed_bytes = 0, labelled = 0, bytes = 0;
    Counters untyped;
    const heapkit::types::Sites sites(heap.snapshot(), heap.frames());
    for (size_t index = 0; index < heap.blocks().count(); ++index) {
        const BlockId block(index);
        const Type& type = heap.types().type(heap.types().of(block));
        const uint64_t size = heap.blocks().size_bytes(block);
        bytes += size;
        if (says_type(type)) {
            ++typed, ++labelled, typed_bytes += size;
            continue;
        }
        ++untyped[type.name];
        const auto site = sites.site_of(heap.blocks().stack_of(block));
        const bool has_line = site && heap.frames().location(*site).line != 0;
        labelled += type.form == Type::Form::label || has_line ? 1 : 0;
    }
    return {{"count", heap.blocks().count()}, {"bytes", bytes},       {"typed", typed},
            {"typed_bytes", typed_bytes},     {"labelled", labelled}, {"untyped", largest(untyped)}};
}

// Blocks whose first word leads into a module, and that are not known by a vtable: whose class RTTI does say (there
// must be none that are not typed otherwise), and those that begin with something else.
Json first_words_of(const Heap& heap, const heapkit::read::Words& words) {
    uint64_t by_vtable = 0, has_class = 0, has_class_untyped = 0, other = 0;
    Counters missed, others;
    std::unordered_map<uint64_t, std::string> class_at;
    for (size_t index = 0; index < heap.blocks().count(); ++index) {
        const BlockId block(index);
        const auto word = heapkit::read::words_of(words, block).at(0);
        if (!word || word->kind != heapkit::read::WordKind::module) continue;
        const Type& type = heap.types().type(heap.types().of(block));
        if (heap.types().evidence(block) == Evidence::vtable) {
            ++by_vtable;
            continue;
        }
        const auto [known, is_new] = class_at.try_emplace(word->value);
        if (is_new) known->second = heapkit::types::class_of_vtable(word->value, heap.frames());
        if (known->second.empty()) {
            ++other;
            ++others[heap.frames().symbol_at(word->value) + " in " + type.name];
            continue;
        }
        ++has_class;
        has_class_untyped += says_type(type) ? 0 : 1;
        ++missed[known->second + " in " + type.name];
    }
    return {{"known_by_vtable", by_vtable},          {"rtti_but_known_otherwise", has_class},
            {"rtti_but_untyped", has_class_untyped}, {"no_rtti", other},
            {"rtti_examples", largest(missed)},      {"no_rtti_examples", largest(others)}};
}

// References that leave blocks that have a type, and containers.
Json edges_of(const heapkit::refs::References& references, const Heap& heap) {
    using Kind = heapkit::refs::Vertices::Kind;
    const auto& graph = references.graph();
    uint64_t all = 0, named = 0;
    Counters conservative;
    for (uint32_t node = 0; node < references.vertices().first_root(); ++node) {
        const bool is_block = references.vertices().kind(heapkit::refs::VertexId(node)) == Kind::block;
        const Type& type = heap.types().type(is_block ? heap.types().of(BlockId(node)) : heapkit::types::TypeId());
        if (is_block && !says_type(type)) continue;
        for (uint32_t edge = graph.begin[node]; edge < graph.begin[node + 1]; ++edge) {
            ++all;
            if (references.reference(edge).is_conservative)
                ++conservative[(is_block ? type.name : std::string("container")) + " " + references.label(edge)];
            else
                ++named;
        }
    }
    return {{"from_typed", all}, {"named", named}, {"conservative", largest(conservative)}};
}

}  // namespace

int main(int count, char** arguments) {
    const auto heap = count == 2 ? Heap::open(arguments[1]) : heapkit::Error{"usage: bench_typing SNAPSHOT", ""};
    const auto words = heap ? heap->words() : heap.error();
    const auto references = words ? heap->references() : words.error();
    if (!references) {
        std::fprintf(stderr, "%s\n", references.error().what.c_str());
        return 2;
    }
    const Json answer = {{"blocks", blocks_of(*heap)},
                         {"first_words", first_words_of(*heap, *words)},
                         {"edges", edges_of(**references, *heap)}};
    std::puts(answer.dump(1, ' ', false, Json::error_handler_t::replace).c_str());
    return 0;
}

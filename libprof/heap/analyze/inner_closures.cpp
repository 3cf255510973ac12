// SPDX-License-Identifier: MIT
//
// InnerClosures: from the words of a place to what they lead to.
//
// Side: heap, floor 7 (analyze).
#include "analyze/inner_closures.h"

#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "read/words.h"

namespace heapkit::analyze {
namespace {

using refs::VertexId;
using refs::Vertices;
using types::InnerClosure;

constexpr int longest_way = 64;  // steps up to the container that holds it

// "on_click" of "on_click: captured user" and of "on_click+0x8".
std::string without_capture(const std::string& label) {
    return label.substr(0, std::min(label.find(": captured "), label.rfind("+0x")));
}
// "captured user" of "on_click: captured user"; "+0x8" of a word without a name.
std::string capture_of(const std::string& label) {
    const size_t capture = label.find("captured "), bound = label.find("bound argument "), offset = label.rfind("+0x");
    const size_t begin = std::min({capture, bound, offset});
    return begin == std::string::npos ? label : label.substr(begin);
}

}  // namespace

ClosureHolder container_above(const refs::References& references, const OwnerNames& names, uint32_t vertex) {
    const auto& edge_to = references.paths().edge_to;
    for (int step = 0; step < longest_way; ++step) {
        if (references.vertices().kind(VertexId(vertex)) == Vertices::Kind::container)
            return {names.of(VertexId(vertex)), vertex};
        if (edge_to[vertex] == graph::no_edge) break;
        vertex = graph::source_of(references.graph(), edge_to[vertex]);
    }
    return {};
}

template <typename Visit>
void InnerClosures::for_each_capture(const InnerClosure& closure, Visit visit) const {
    const auto words = heap_.words();
    if (!words) return;
    const types::Place& place = closure.place;
    const read::WordRange range =
        place.is_root ? words_of(*words, words->roots[place.index]) : words_of(*words, BlockId(place.index));
    const uint64_t end_bytes = place.offset_bytes + heap_.type_book().type(closure.type).size_bytes;
    for (auto word = range.from(place.offset_bytes); word != range.end() && (*word).offset_bytes < end_bytes; ++word) {
        const bool leads = (*word).kind == read::WordKind::block || (*word).kind == read::WordKind::interior;
        if (leads) visit(references_.vertices().of_block((*word).block), (*word).offset_bytes);
    }
}

uint64_t InnerClosures::address(const InnerClosure& closure) const {
    const types::Place& place = closure.place;
    if (!place.is_root) return heap_.blocks().address[place.index] + place.offset_bytes;
    const auto words = heap_.words();
    return words ? words->roots[place.index].address + place.offset_bytes : 0;
}

std::string InnerClosures::root_name(const types::Place& place) const {
    const auto words = heap_.words();
    if (!words) return "";
    const auto variable = references_.variables().at(words->roots[place.index], place.offset_bytes);
    if (!variable) return "";
    const auto name = references_.variables().name(variable->is);
    const std::string field = without_capture(references_.label_at(place));
    return fmt::format("{}{}{}{}", name.own, field.empty() || field.front() == '[' ? "" : ".", field, name.scope);
}

std::string InnerClosures::member(const InnerClosure& closure) const {
    if (closure.place.is_root) return "";
    const VertexId vertex = references_.vertices().of_block(BlockId(closure.place.index));
    if (references_.vertices().kind(vertex) == Vertices::Kind::container) return "";
    const std::string field = without_capture(references_.label_at(closure.place));
    return field.empty() ? text_.name(vertex) : fmt::format("{}::{}", text_.name(vertex), field);
}

ClosureHolder InnerClosures::holder(const InnerClosure& closure) const {
    if (closure.place.is_root) return {root_name(closure.place), ClosureHolder::no_vertex};
    const uint32_t vertex = references_.vertices().of_block(BlockId(closure.place.index)).value;
    ClosureHolder found = container_above(references_, names_, vertex);
    if (found.name.empty()) found = {member(closure), vertex};
    return found;
}

std::vector<std::string> InnerClosures::captures(const InnerClosure& closure, size_t most) const {
    std::vector<std::string> texts;
    for_each_capture(closure, [&](VertexId to, uint64_t offset_bytes) {
        types::Place place = closure.place;
        place.offset_bytes = offset_bytes;
        if (texts.size() < most)
            texts.push_back(fmt::format("{} → {}", capture_of(references_.label_at(place)), text_.name(to)));
    });
    return texts;
}

// An object is theirs when all references that own it come from what they lie in, and are no more than they captured.
std::vector<uint32_t> InnerClosures::owned_alone(std::span<const InnerClosure> closures) const {
    std::unordered_map<uint32_t, uint32_t> captures_of;
    std::unordered_set<uint32_t> around;
    for (const InnerClosure& closure : closures) {
        for_each_capture(closure, [&](VertexId to, uint64_t) { ++captures_of[to.value]; });
        if (!closure.place.is_root) around.insert(references_.vertices().of_block(BlockId(closure.place.index)).value);
    }
    const refs::Vertices& vertices = references_.vertices();
    std::vector<uint32_t> alone;
    for (const auto& [vertex, captures] : captures_of) {
        if (vertices.kind(VertexId(vertex)) != Vertices::Kind::block) continue;
        uint32_t owners = 0, others = 0;
        for (const uint32_t edge : references_.reverse().in(vertex)) {
            if (!references_.graph().edges[edge].is_strong()) continue;
            const uint32_t from = graph::source_of(references_.graph(), edge);
            const bool is_theirs = from >= vertices.first_root() || around.contains(from);
            ++(is_theirs ? owners : others);
        }
        if (others == 0 && owners > 0 && owners <= captures) alone.push_back(vertex);
    }
    std::sort(alone.begin(), alone.end());
    return alone;
}

}  // namespace heapkit::analyze

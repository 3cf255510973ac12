// SPDX-License-Identifier: MIT
//
// closure_lines(): blocks that are closures, and what lies in std::functions, by the line of their type; coroutine
// frames, by the line of the coroutine.
//
// Side: heap, floor 7 (analyze).
#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>

#include "analyze/closure_kinds.h"
#include "analyze/closures.h"
#include "analyze/freed.h"
#include "analyze/inner_closures.h"
#include "analyze/inserters.h"

namespace heapkit::analyze {
namespace {

using refs::VertexId;
using refs::Vertices;
using types::InnerClosure;

constexpr int64_t fewest_new = 8;    // closures that a line gained, below which nobody speaks of growth
constexpr size_t most_captures = 8;  // that are named
constexpr size_t most_exact = 8;     // lines whose retained size is asked for exactly

template <typename Key>
Key most_frequent(const std::unordered_map<Key, int64_t>& counts) {
    return std::max_element(counts.begin(), counts.end(),
                            [](const auto& a, const auto& b) {
                                return a.second != b.second ? a.second < b.second : a.first > b.first;
                            })
        ->first;
}

// The closures of one line in the last heap.
struct Members {
    std::vector<uint32_t> blocks;
    std::vector<InnerClosure> inner;
    std::unordered_map<uint32_t, int64_t> stacks;  // of the blocks
};

class Census {
   public:
    Census(std::span<const Heap* const> heaps, const Ownership& ownership)
        : heaps_(heaps),
          heap_(*heaps.back()),
          ownership_(ownership),
          references_(ownership.references()),
          text_(heap_, references_),
          names_(heap_, references_, text_),
          inner_(heap_, ownership, text_, names_) {}

    std::vector<ClosureLine> take() {
        for (size_t at = 0; at < heaps_.size(); ++at) count(at);
        retain();
        const std::vector<double> seconds = seconds_of(heaps_);
        for (size_t line = 0; line < lines_.size(); ++line) {
            if (lines_[line].count() == 0) continue;
            lines_[line].course = heaps_.size() > 1 ? course_of(lines_[line].counts, seconds) : Course{};
            describe(lines_[line], members_[line]);
        }
        retain_exactly();
        std::erase_if(lines_, [](const ClosureLine& line) { return line.count() == 0; });
        std::stable_sort(lines_.begin(), lines_.end(), [](const ClosureLine& a, const ClosureLine& b) {
            return a.retained.bytes != b.retained.bytes ? a.retained.bytes > b.retained.bytes : a.count() > b.count();
        });
        return std::move(lines_);
    }

   private:
    void count(size_t at) {
        const Heap& heap = *heaps_[at];
        const bool is_last = at + 1 == heaps_.size();
        ClosureKinds kinds(heap);
        for (uint32_t block = 0; block < heap.blocks().count(); ++block) {
            const ClosureKinds::Kind* const kind = kinds.of(BlockId(block));
            if (kind == nullptr) continue;
            const size_t line = line_of(*kind);
            ++lines_[line].counts[at];
            lines_[line].bytes[at] += static_cast<int64_t>(heap.blocks().size_bytes(BlockId(block)));
            if (!is_last) continue;
            members_[line].blocks.push_back(block);
            ++members_[line].stacks[heap.blocks().stack[block]];
        }
        for (const InnerClosure& closure : heap.types().containers().inner_closures) {
            const ClosureKinds::Kind* const kind = kinds.of(closure);
            if (kind == nullptr) continue;
            const size_t line = line_of(*kind);
            ++lines_[line].counts[at];
            if (is_last) members_[line].inner.push_back(closure);
        }
    }

    size_t line_of(const ClosureKinds::Kind& kind) {
        const auto [entry, is_new] = known_.try_emplace(kind.name, lines_.size());
        if (is_new) {
            lines_.push_back(
                {.name = kind.name, .type = kind.type, .counts = Trend(heaps_.size()), .bytes = Trend(heaps_.size())});
            members_.emplace_back();
        }
        return entry->second;
    }

    // With those that lie in something goes what they alone own.
    void retain() {
        std::vector<uint32_t> group_of(references_.graph().node_count(), Ownership::no_group);
        for (uint32_t line = 0; line < members_.size(); ++line) {
            for (const uint32_t block : members_[line].blocks) lines_[line].vertices.push_back(vertex_of(block));
            for (const uint32_t vertex : inner_.owned_alone(members_[line].inner))
                lines_[line].vertices.push_back(vertex);
            for (const uint32_t vertex : lines_[line].vertices)
                if (group_of[vertex] == Ownership::no_group) group_of[vertex] = line;
        }
        const std::vector<Total> retained = ownership_.retained_by(group_of, members_.size());
        for (size_t line = 0; line < lines_.size(); ++line) lines_[line].retained = retained[line];
    }

    // What two closures own together is in neither's dominators, and a handler for each of its subjects is the usual
    // way to hold something twice. One pass over the heap for each line that only grows, the most numerous first.
    void retain_exactly() {
        std::vector<ClosureLine*> growing;
        for (ClosureLine& line : lines_)
            if (line.only_grows) growing.push_back(&line);
        std::stable_sort(growing.begin(), growing.end(),
                         [](const ClosureLine* a, const ClosureLine* b) { return a->count() > b->count(); });
        if (growing.size() > most_exact) growing.resize(most_exact);
        for (ClosureLine* const line : growing) line->retained = would_go_in_all(ownership_, line->vertices);
    }

    uint32_t vertex_of(uint32_t block) const { return references_.vertices().of_block(BlockId(block)).value; }

    void describe(ClosureLine& line, const Members& members) const {
        line.inside = static_cast<int64_t>(members.inner.size());
        if (members.blocks.empty())
            describe_inner(line, members.inner);
        else
            describe_blocks(line, members);
        find_holder(line, members);
        line.only_grows = line.course.grew_at_every_step() && line.course.gain >= fewest_new && !line.holder.empty();
    }

    void describe_blocks(ClosureLine& line, const Members& members) const {
        const uint32_t example =
            vertex_of(*std::max_element(members.blocks.begin(), members.blocks.end(), [&](uint32_t a, uint32_t b) {
                return ownership_.retained(vertex_of(a)).bytes < ownership_.retained(vertex_of(b)).bytes;
            }));
        line.address = text_.address(VertexId(example));
        line.captures = captures_of(example);
        line.made = call_text(heap_, StackId(most_frequent(members.stacks)));
        for (const auto& stack : members.stacks)
            line.freed += static_cast<int64_t>(heap_.snapshot().stacks()[stack.first].freed_blocks);
    }

    void describe_inner(ClosureLine& line, const std::vector<InnerClosure>& inner) const {
        const InnerClosure& example = inner.back();
        line.address = inner_.address(example);
        line.captures = inner_.captures(example, most_captures);
        line.member = inner_.member(example);
    }

    std::vector<std::string> captures_of(uint32_t vertex) const {
        std::vector<std::string> captures;
        const auto& begin = references_.graph().begin;
        for (uint32_t edge = begin[vertex]; edge < begin[vertex + 1] && captures.size() < most_captures; ++edge) {
            const VertexId to(references_.graph().edges[edge].to());
            const std::string label = references_.label(edge);
            if (label.empty()) continue;  // what the library keeps beside it: a future's result
            const std::string owns = references_.graph().edges[edge].is_strong() ? "" : " (not owned)";
            captures.push_back(fmt::format("{} → {}{}", label, text_.name(to), owns));
        }
        return captures;
    }

    // What most of them hang in. Who made room there is who registered them: the storage of a vector is one for all,
    // a node of a map or list, or the object with the std::function, is for one.
    void find_holder(ClosureLine& line, const Members& members) const {
        struct Held {
            int64_t count = 0;
            uint32_t vertex = ClosureHolder::no_vertex;
            std::unordered_map<uint32_t, int64_t> stacks;
        };
        std::unordered_map<std::string, Held> held;
        const auto add = [&](const ClosureHolder& holder, uint32_t block) {
            if (holder.name.empty()) return;
            Held& found = held[holder.name];
            if (++found.count == 1) found.vertex = holder.vertex;
            if (block != ClosureHolder::no_vertex) ++found.stacks[heap_.blocks().stack[block]];
        };
        for (const uint32_t block : members.blocks) add(holder_of(vertex_of(block)), ClosureHolder::no_vertex);
        for (const InnerClosure& closure : members.inner)
            add(inner_.holder(closure), closure.place.is_root ? ClosureHolder::no_vertex : closure.place.index);
        if (held.empty()) return;
        const auto most = std::max_element(held.begin(), held.end(), [](const auto& a, const auto& b) {
            return a.second.count != b.second.count ? a.second.count < b.second.count : a.first > b.first;
        });
        line.holder = most->first;
        line.held_there = most->second.count;
        if (!most->second.stacks.empty()) {
            line.registered = call_text(heap_, StackId(most_frequent(most->second.stacks)));
            return;
        }
        const bool is_in_container =
            most->second.vertex != ClosureHolder::no_vertex &&
            references_.vertices().kind(VertexId(most->second.vertex)) == Vertices::Kind::container;
        if (is_in_container)
            line.registered = call_text(heap_, heap_.blocks().stack_of(ownership_.first_block(most->second.vertex)));
    }

    // The nearest container on the way from a root; without one the field that the closure hangs on.
    ClosureHolder holder_of(uint32_t vertex) const {
        const uint32_t nearest = references_.paths().edge_to[vertex];
        if (nearest == graph::no_edge) return {};
        const uint32_t above = graph::source_of(references_.graph(), nearest);
        ClosureHolder found = container_above(references_, names_, above);
        return found.name.empty() ? ClosureHolder{text_.reference(nearest), above} : found;
    }

    const std::span<const Heap* const> heaps_;
    const Heap& heap_;
    const Ownership& ownership_;
    const refs::References& references_;
    const VertexText text_;
    const OwnerNames names_;
    const InnerClosures inner_;
    std::vector<ClosureLine> lines_;
    std::vector<Members> members_;
    std::unordered_map<std::string, size_t> known_;
};

}  // namespace

std::vector<ClosureLine> closure_lines(std::span<const Heap* const> heaps, const Ownership& ownership) {
    type_together(heaps);
    return Census(heaps, ownership).take();
}

}  // namespace heapkit::analyze

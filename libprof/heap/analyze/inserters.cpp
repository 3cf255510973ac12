// SPDX-License-Identifier: MIT
//
// inserters_of(): new blocks counted by their stacks.
//
// Side: heap, floor 7 (analyze).
#include "analyze/inserters.h"

#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>

#include "analyze/born.h"
#include "analyze/sites.h"
#include "analyze/vertex_text.h"

namespace heapkit::analyze {
namespace {

using refs::VertexId;

// Those that read the same are one; with a share where there are others.
template <typename TextOf>
std::string most_common(const std::vector<uint32_t>& count_of, TextOf text_of) {
    std::unordered_map<std::string, uint64_t> by_text;
    uint64_t all = 0;
    for (size_t index = 0; index < count_of.size(); ++index) {
        if (count_of[index] == 0) continue;
        by_text[text_of(index)] += count_of[index];
        all += count_of[index];
    }
    const auto most = std::max_element(by_text.begin(), by_text.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second < b.second : a.first > b.first;
    });
    if (most == by_text.end() || most->first.empty()) return "";
    if (most->second == all) return most->first;
    return fmt::format("{} ({:.0f} %)", most->first,
                       100 * static_cast<double>(most->second) / static_cast<double>(all));
}

// "DocumentCache::get" of "docserver::DocumentCache::get"; "λ" of a closure's operator().
std::string class_and_name(const std::string& name) {
    constexpr std::string_view unnamed_space = "(anonymous namespace)::";
    if (name.starts_with(unnamed_space)) return class_and_name(name.substr(unnamed_space.size()));
    const size_t last = name.rfind("::");
    if (last == std::string::npos || last == 0) return name;
    if (name.find('{') != std::string::npos && name.ends_with("operator()")) return "λ";
    if (name.find('<') != std::string::npos) return bare_name(name);
    const size_t before = name.rfind("::", last - 1);
    return before == std::string::npos ? name : name.substr(before + 2);
}

class Count {
   public:
    explicit Count(const InsertersOf& question)
        : question_(question),
          heap_(*question.newer),
          is_new_(new_blocks()),
          storage_(heap_.snapshot().stacks().size()),
          elements_(heap_.snapshot().stacks().size()),
          types_(heap_.types().count()) {}

    Inserters count() {
        const auto& containers = heap_.types().containers();
        for (size_t index = 0; index < containers.of_block.size(); ++index)
            if (is_new_[index] && is_asked_for(containers.of_block[index].container))
                if (containers.role_of[index] != types::StorageRole::buckets) ++storage_[heap_.blocks().stack[index]];
        const auto first = static_cast<uint32_t>(heap_.blocks().count());
        for (uint32_t container = 0; container < containers.all.size(); ++container)
            if (is_asked_for(container)) count_elements(first + container);
        const auto call = [&](size_t stack) { return call_text(heap_, StackId(stack)); };
        const auto name = [&](size_t type) { return bare_name(heap_.types().type(types::TypeId(type)).name); };
        Inserters found{.inserters = most_common(storage_, call),
                        .elements = most_common(elements_, call),
                        .classes = most_common(types_, name)};
        if (found.elements == found.inserters) found.elements.clear();
        return found;
    }

   private:
    std::vector<bool> new_blocks() const {
        if (question_.older == nullptr) return std::vector<bool>(heap_.blocks().count(), true);
        const bool is_one_run = question_.older->snapshot().process().run_id == heap_.snapshot().process().run_id;
        if (!is_one_run) return std::vector<bool>(heap_.blocks().count(), true);
        return born_between(question_.older->blocks(), heap_.blocks());
    }
    bool is_asked_for(uint32_t container) const {
        if (container == types::no_container) return false;
        const uint32_t population = question_.populations->of[container];
        return population != Ownership::no_group && question_.populations->all[population].key == question_.key;
    }
    void count_elements(uint32_t container) {
        for (const uint32_t child : question_.ownership->tree().of(container)) {
            if (question_.ownership->is_root(child)) continue;
            const BlockId block = question_.ownership->first_block(child);
            // Texts of strings are no elements that anybody would look for.
            const types::Type& type = heap_.types().type(heap_.types().of(block));
            if (type.form == types::Type::Form::text || type.form == types::Type::Form::storage) continue;
            if (!is_new_[block.index()]) continue;
            ++elements_[heap_.blocks().stack[block.index()]];
            if (type.form != types::Type::Form::place && type.form != types::Type::Form::unknown)
                ++types_[heap_.types().of(block).index()];
        }
    }

    const InsertersOf& question_;
    const Heap& heap_;
    const std::vector<bool> is_new_;
    std::vector<uint32_t> storage_, elements_;  // blocks a stack
    std::vector<uint32_t> types_;               // elements a type
};

}  // namespace

Inserters inserters_of(const InsertersOf& question) { return Count(question).count(); }

std::string call_text(const Heap& heap, StackId stack) {
    std::vector<std::string> calls;
    for_each_frame(heap, stack, [&](symbols::LocationId location) {
        if (types::is_plumbing(heap.frames(), location)) return true;
        const Place place = place_of(heap, location);
        const std::string file = place.file.substr(place.file.rfind('/') + 1);
        std::string call = class_and_name(short_name(heap, location));
        if (!file.empty()) call += fmt::format(" {}:{}", file, place.line);
        if (!call.empty()) calls.push_back(std::move(call));
        return calls.size() < 2;
    });
    if (calls.empty()) return "";
    return calls.size() == 1 ? calls[0] : fmt::format("{}, called from {}", calls[0], calls[1]);
}

}  // namespace heapkit::analyze

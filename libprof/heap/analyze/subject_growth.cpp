// SPDX-License-Identifier: MIT
//
// subject_growth(): a type is looked for first, then an owner, then in the debug information whether there is such a
// name at all.
//
// Side: heap, floor 7 (analyze).
#include "analyze/subject_growth.h"

#include <fmt/format.h>
#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "analyze/born.h"
#include "analyze/chains.h"
#include "analyze/choose.h"
#include "analyze/containers.h"
#include "analyze/filter.h"
#include "analyze/inserters.h"
#include "analyze/member_names.h"
#include "analyze/neighbours.h"
#include "analyze/vertex_text.h"
#include "base/units.h"
#include "types/container_rules.h"

namespace heapkit::analyze {
namespace {

// What is there of a subject in one heap.
struct Census {
    bool is_known = false;  // something is called so
    int64_t count = 0;
    std::vector<bool> is_of_it;  // a block
};

bool lies_side_by_side(types::Shape shape) {
    using enum types::Shape;
    return shape == contiguous || shape == counted || shape == deque || shape == blocks;
}

// Elements that have no block of their own: their containers' storage is where they lie.
void add_elements(const Heap& heap, const std::string& pattern, Census& census) {
    const types::Containers& containers = heap.types().containers();
    const types::ContainerClasses& classes = heap.types().layouts().classes();
    std::unordered_map<uint32_t, bool> is_meant;  // by element
    std::vector<bool> holds_it(containers.all.size());
    for (size_t index = 0; index < containers.all.size(); ++index) {
        const types::Container& container = containers.all[index];
        const types::ContainerClass* const of_class = classes.of(container.type);
        if (of_class == nullptr || !lies_side_by_side(of_class->shape())) continue;
        const auto [entry, is_new] = is_meant.try_emplace(container.element.value);
        if (is_new) entry->second = matches_name(pattern, heap.type_book().name(container.element));
        if (!entry->second) continue;
        census.is_known = holds_it[index] = true;
        census.count += static_cast<int64_t>(container.elements);
    }
    for (size_t block = 0; block < containers.of_block.size(); ++block) {
        const uint32_t container = containers.of_block[block].container;
        if (container != types::no_container && holds_it[container]) census.is_of_it[block] = true;
    }
}

// How many of the subject a block of this type is: of "Session[]" as many as fit, of what matching_types() finds one.
class Matches {
   public:
    Matches(const Heap& heap, const std::string& pattern) : heap_(heap), element_bytes_(heap.types().count()) {
        const auto found = matching_types(heap, pattern);
        for (size_t index = 0; index < element_bytes_.size(); ++index) {
            const types::Type& type = heap.types().type(types::TypeId(index));
            const bool is_array = type.full_name.ends_with("[]");
            if (is_array && type.layout.value != 0 && matches_name(pattern, heap.type_book().name(type.layout)))
                element_bytes_[index] = std::max<uint64_t>(1, heap.type_book().type(type.layout).size_bytes);
            else if (found && (*found)[index])
                element_bytes_[index] = whole_block;
        }
    }
    bool any() const {
        return std::any_of(element_bytes_.begin(), element_bytes_.end(), [](auto each) { return each; });
    }
    int64_t in(BlockId block) const {
        const uint64_t bytes = element_bytes_[heap_.types().of(block).index()];
        if (bytes == 0 || bytes == whole_block) return bytes == 0 ? 0 : 1;
        return std::max<int64_t>(1, static_cast<int64_t>(heap_.blocks().size_bytes(block) / bytes));
    }

   private:
    static constexpr uint64_t whole_block = UINT64_MAX;
    const Heap& heap_;
    std::vector<uint64_t> element_bytes_;  // by type; 0: another one
};

Census of_type(const Heap& heap, const std::string& pattern) {
    Census census{.is_of_it = std::vector<bool>(heap.blocks().count())};
    const Matches matches(heap, pattern);
    census.is_known = matches.any();
    for (size_t block = 0; census.is_known && block < census.is_of_it.size(); ++block) {
        const int64_t count = matches.in(BlockId(block));
        census.is_of_it[block] = count > 0;
        census.count += count;
    }
    add_elements(heap, pattern, census);
    return census;
}

// As it is shown: "DocumentCache::docs_", "cache in main", "cache of worker (tid 7)"; also with the namespaces that are
// left out there.
bool is_shown_as(const std::string& subject, const std::string& owner) {
    const std::string bare = owner.substr(0, std::min(owner.find(" in "), owner.find(" of ")));
    return matches_name(subject, owner) || matches_name(subject, bare) || subject.ends_with("::" + bare);
}

Result<Census> of_owner(const Heap& heap, const std::string& subject) {
    Census census{.is_of_it = std::vector<bool>(heap.blocks().count())};
    const auto ownership = Ownership::of(heap);
    if (!ownership) return ownership.error();
    const auto words = heap.words();
    if (!words) return words.error();
    const Populations populations = populations_of(heap, *ownership, false);
    const MemberNames members(heap, *words, subject);
    const types::Containers& containers = heap.types().containers();
    std::vector<bool> is_shown;
    for (const Population& each : populations.all) is_shown.push_back(is_shown_as(subject, each.owner));
    std::vector<bool> is_meant(containers.all.size());
    for (size_t index = 0; index < is_meant.size(); ++index) {
        const uint32_t population = populations.of[index];
        if (population == Ownership::no_group) continue;
        is_meant[index] = is_shown[population] || members.mean(containers.all[index]);
        if (!is_meant[index]) continue;
        census.is_known = true;
        census.count += static_cast<int64_t>(containers.all[index].elements);
    }
    for (size_t block = 0; block < containers.of_block.size(); ++block) {
        const uint32_t container = containers.of_block[block].container;
        census.is_of_it[block] = container != types::no_container && is_meant[container];
    }
    return census;
}

bool has_a_name(const symbols::TypeBook& book, symbols::DebugTypeId type) {
    using enum symbols::TypeKind;
    const symbols::TypeKind kind = book.type(type).kind;
    return kind == structure || kind == union_ || kind == enumeration;
}

// Whether a container may lie in a variable or member of this type; what it only points to is another object.
bool may_hold_elements(const types::ContainerClasses& classes, const symbols::TypeBook& book,
                       symbols::DebugTypeId type) {
    constexpr size_t most_types = 1000;
    std::vector<symbols::DebugTypeId> inner = {type};
    for (size_t at = 0; at < inner.size() && inner.size() < most_types; ++at) {
        if (book.type(inner[at]).kind == symbols::TypeKind::array) inner.push_back(book.type(inner[at]).target);
        const types::ContainerClass* const container = classes.of(inner[at]);
        if (container != nullptr && has_storage(container->shape())) return true;
        for (const symbols::Member& member : book.members(inner[at])) inner.push_back(member.type);
    }
    return inner.size() >= most_types;
}

// A class without an object, a container that never had storage: no snapshot has them, but the debug information knows
// their names.
bool is_declared(const Heap& heap, const std::string& subject) {
    const symbols::TypeBook& book = heap.type_book();
    const types::ContainerClasses& classes = heap.types().layouts().classes();
    const size_t colons = subject.rfind("::");
    const bool is_qualified = colons != std::string::npos;
    const std::string of_class = is_qualified ? subject.substr(0, colons) : "*";
    const std::string_view own = std::string_view(subject).substr(is_qualified ? colons + 2 : 0);
    const auto is_container = [&](symbols::DebugTypeId type) { return may_hold_elements(classes, book, type); };
    for (const symbols::Variable& variable : book.variables())
        if (matches_name(subject, book.text(variable.name)) && is_container(variable.type)) return true;
    for (size_t index = 1; index < book.count(); ++index) {
        const symbols::DebugTypeId type(index);
        if (!has_a_name(book, type)) continue;
        const std::string name = book.name(type);
        if (matches_name(subject, name)) return true;
        const auto members = book.members(type);
        const bool has_member = std::any_of(members.begin(), members.end(), [&](const symbols::Member& each) {
            return book.text(each.name) == own && is_container(each.type);
        });
        if (has_member && matches_name(of_class, name)) return true;
    }
    return false;
}

Result<std::vector<Census>> take(std::span<const Heap* const> heaps, const std::string& subject, bool is_owner) {
    std::vector<Census> all;
    for (const Heap* const heap : heaps) {
        if (!is_owner) {
            all.push_back(of_type(*heap, subject));
            continue;
        }
        auto census = of_owner(*heap, subject);
        if (!census) return census.error();
        all.push_back(std::move(*census));
    }
    return all;
}

bool is_known(const std::vector<Census>& all) {
    return std::any_of(all.begin(), all.end(), [](const Census& each) { return each.is_known; });
}

std::string hex(const Heap& heap, BlockId block) { return fmt::format("{:#x}", heap.blocks().address[block.index()]); }

// Who allocated most of them.
std::string allocated_by(const Heap& heap, std::span<const BlockId> born) {
    std::unordered_map<uint32_t, size_t> of_stack;
    for (const BlockId block : born) ++of_stack[heap.blocks().stack[block.index()]];
    const auto most = std::max_element(of_stack.begin(), of_stack.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second < b.second : a.first > b.first;
    });
    std::string text = call_text(heap, StackId(most->first));
    if (text.empty()) text = "unknown";
    if (of_stack.size() == 1) return text;
    return fmt::format("{} ({} of {})", text, count_to_text(static_cast<int64_t>(most->second)),
                       count_to_text(static_cast<int64_t>(born.size())));
}

}  // namespace

size_t SubjectGrowth::steps_up() const {
    size_t steps = 0;
    for (size_t index = 1; index < counts.size(); ++index) steps += counts[index] > counts[index - 1] ? 1U : 0U;
    return steps;
}

std::string SubjectGrowth::text() const {
    std::string text;
    for (const int64_t count : counts) text += (text.empty() ? "" : " → ") + count_to_text(count);
    const size_t steps = counts.size() - 1;
    if (gain() <= 0 || steps == 1) return text;
    if (steps_up() == steps) return text + fmt::format(", at every step ({} of {})", steps, steps);
    return text + fmt::format(", at {} of {} steps", steps_up(), steps);
}

Result<SubjectGrowth> subject_growth(std::span<const Heap* const> heaps, const std::string& subject) {
    for (const Heap* const heap : heaps) {
        if (heap->snapshot().process().run_id != heaps.back()->snapshot().process().run_id)
            return Error{"the snapshots are not of one run", "Growth of a subject is asked within one process."};
    }
    type_together(heaps);
    SubjectGrowth growth;
    auto all = take(heaps, subject, false);
    if (all && !is_known(*all)) {
        auto owners = take(heaps, subject, true);
        if (owners && is_known(*owners)) {
            growth.is_owner = true;
            all = std::move(owners);
        } else {
            growth.is_known = is_declared(*heaps.back(), subject);
            if (!growth.is_known && !owners) return owners.error();
        }
    }
    for (const Census& each : *all) growth.counts.push_back(each.count);
    const std::vector<bool> is_new = born_between(heaps.front()->blocks(), heaps.back()->blocks());
    for (size_t block = 0; block < is_new.size(); ++block)
        if (is_new[block] && all->back().is_of_it[block]) growth.born.emplace_back(block);
    return growth;
}

std::vector<std::string> subject_names(const Heap& heap, bool with_members) {
    std::vector<std::string> names;
    const symbols::TypeBook& book = heap.type_book();
    for (size_t index = 1; index < book.count(); ++index) {
        const symbols::DebugTypeId type(index);
        if (!has_a_name(book, type)) continue;
        names.push_back(bare_name(book.name(type)));
        if (!with_members) continue;
        const std::string of_class = names.back();
        for (const symbols::Member& member : book.members(type))
            if (const auto name = book.text(member.name); !name.empty())
                names.push_back(fmt::format("{}::{}", of_class, name));
    }
    return names;
}

Result<NewOnes> new_ones(const Heap& heap, std::span<const BlockId> born) {
    constexpr size_t most_looked_at = 1000;
    NewOnes found;
    if (born.empty()) return found;
    found.allocated = allocated_by(heap, born);
    Choice choice;
    for (const BlockId block : born.first(std::min(born.size(), most_looked_at)))
        choice.addresses.push_back(hex(heap, block));
    auto held = chains(heap, {.of = choice, .limit = 1});
    if (!held) return held.error();
    found.nets = std::move(held->nets);
    found.notes = std::move(held->notes);
    if (!found.nets.empty()) return found;
    choice.addresses.resize(1);
    auto net = neighbours(heap, {.of = choice});
    if (!net) return net.error();
    found.nets.push_back(std::move(*net));
    return found;
}

}  // namespace heapkit::analyze

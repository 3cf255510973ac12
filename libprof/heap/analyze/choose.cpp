// SPDX-License-Identifier: MIT
//
// Objects by address and by type, and what to say when there are none.
//
// Side: heap, floor 7 (analyze).
#include "analyze/choose.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <set>

#include "analyze/filter.h"
#include "analyze/vertex_text.h"
#include "base/units.h"
#include "types/container_rules.h"

namespace heapkit::analyze {
namespace {

constexpr size_t most_suggestions = 3;

std::optional<uint64_t> parse_address(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    uint64_t address = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), address, 16);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return address;
}

std::string block_text(const read::Blocks& blocks, size_t block) {
    return fmt::format("{:#x} ({})", blocks.address[block], size_to_text(blocks.size_bytes(BlockId(block))));
}

// Whose memory that is, as far as the snapshot knows.
std::string place_of_address(const Heap& heap, uint64_t address) {
    const read::Snapshot& snapshot = heap.snapshot();
    for (const prof_module& module : snapshot.modules())
        if (module.start <= address && address < module.end)
            return fmt::format("It lies in {}+{:#x}.", snapshot.string(module.path), address - module.bias);
    for (const prof_thread& thread : snapshot.threads())
        if (thread.stack_start <= address && address < thread.stack_end)
            return fmt::format("It lies on the stack of thread {} ({}).", thread.tid, thread.name);
    const read::Blocks& blocks = heap.blocks();
    const auto above = std::upper_bound(blocks.address.begin(), blocks.address.end(), address);
    const auto next = static_cast<size_t>(above - blocks.address.begin());
    if (blocks.count() == 0) return "The snapshot has no blocks at all.";
    if (next == 0) return fmt::format("The first block is at {}.", block_text(blocks, 0));
    if (next == blocks.count()) return fmt::format("The last block is at {}.", block_text(blocks, next - 1));
    return fmt::format("It lies between the blocks at {} and {}.", block_text(blocks, next - 1),
                       block_text(blocks, next));
}

// Levenshtein's distance: letters to change, insert, or leave out.
size_t distance(std::string_view a, std::string_view b) {
    std::vector<size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 0; i < a.size(); ++i) {
        size_t diagonal = std::exchange(row[0], i + 1);
        for (size_t j = 0; j < b.size(); ++j) {
            const size_t changed = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

// What may be meant by a type's name: of a node of a container its element, "Document" of "map<int, Document> node"; of
// a string's text the string.
std::vector<std::string> names_of(const Heap& heap, const types::Type& type) {
    std::vector<std::string> names = {type.name, type.full_name};
    if (type.form == types::Type::Form::text) names.push_back(type.name.substr(0, type.name.rfind(" text")));
    constexpr std::string_view node = " node";
    if (type.form != types::Type::Form::storage || !type.full_name.ends_with(node)) return names;
    const symbols::TypeBook& book = heap.type_book();
    const std::string container_name = type.full_name.substr(0, type.full_name.size() - node.size());
    const types::ContainerClass* const container = heap.types().layouts().classes().of(book.find(container_name));
    if (container == nullptr) return names;
    const auto arguments = book.arguments(container->element);
    const bool is_map = container->rule->name.ends_with("map") && arguments.size() == 2;
    names.push_back(book.name(is_map ? arguments[1].type : container->element));
    return names;
}

bool is_a_type(const types::Type& type) {
    return type.form != types::Type::Form::place && type.form != types::Type::Form::unknown;
}

std::string nearest_types(const Heap& heap, const std::string& pattern) {
    std::vector<std::pair<size_t, std::string>> near;
    const std::string wanted = bare_name(pattern);
    for (size_t index = 0; index < heap.types().count(); ++index) {
        const types::Type& type = heap.types().type(types::TypeId(index));
        if (!is_a_type(type)) continue;
        for (const std::string& each : names_of(heap, type)) {
            const std::string name = bare_name(each);
            const bool is_part = name.find(wanted) != std::string::npos;
            near.emplace_back(is_part ? 0 : distance(wanted, name.substr(0, 4 * wanted.size() + 8)), each);
        }
    }
    std::sort(near.begin(), near.end());
    near.erase(std::unique(near.begin(), near.end()), near.end());
    // Not one type three times, by its short name and its whole one.
    std::set<std::string> shown;
    std::erase_if(near, [&](const auto& each) { return !shown.insert(bare_name(each.second)).second; });
    std::string text;
    for (size_t index = 0; index < std::min(near.size(), most_suggestions); ++index)
        text += fmt::format("{}{}", index == 0 ? "" : ", ", near[index].second);
    if (text.empty()) return "No block of this heap has a type: its programs and libraries have no debug information.";
    return fmt::format("The nearest names are {}.", text);
}

Result<Chosen> choose_addresses(const Heap& heap, const std::vector<std::string>& addresses) {
    Chosen chosen;
    for (const std::string& address : addresses) {
        const auto found = block_at(heap, address);
        if (!found) return found.error();
        if (std::find(chosen.blocks.begin(), chosen.blocks.end(), found->block) == chosen.blocks.end())
            chosen.blocks.push_back(found->block);
    }
    chosen.name = bare_name(heap.types().type(heap.types().of(chosen.blocks.front())).name);
    chosen.text = chosen.blocks.size() == 1
                      ? fmt::format("{} at {:#x}", chosen.name, heap.blocks().address[chosen.blocks.front().index()])
                      : fmt::format("{} objects", chosen.blocks.size());
    return chosen;
}

Result<Chosen> choose_type(const Heap& heap, const std::string& pattern) {
    const auto matches = matching_types(heap, pattern);
    if (!matches) return matches.error();
    Chosen chosen;
    for (size_t block = 0; block < heap.blocks().count(); ++block)
        if ((*matches)[heap.types().of(BlockId(block)).index()]) chosen.blocks.emplace_back(block);
    if (chosen.blocks.empty())
        return Error{fmt::format("no block is of type {}", pattern), nearest_types(heap, pattern)};
    const types::TypeId first = heap.types().of(chosen.blocks.front());
    const bool is_one_type = std::all_of(chosen.blocks.begin(), chosen.blocks.end(),
                                         [&](BlockId block) { return heap.types().of(block) == first; });
    const types::Type& type = heap.types().type(first);
    chosen.name = is_one_type && type.form == types::Type::Form::object ? bare_name(type.name) : pattern;
    const auto count = static_cast<int64_t>(chosen.blocks.size());
    chosen.text = fmt::format("{} {} of type {}", count_to_text(count), count == 1 ? "object" : "objects", chosen.name);
    return chosen;
}

// Of several alike the one at the lowest address.
BlockId one_of(const Heap& heap, const std::vector<BlockId>& blocks, Choice::One one) {
    const auto is_better = [&](BlockId a, BlockId b) {
        if (one == Choice::One::largest) return heap.blocks().size_bytes(a) > heap.blocks().size_bytes(b);
        return one == Choice::One::newest ? age_ns(heap, a) < age_ns(heap, b) : age_ns(heap, a) > age_ns(heap, b);
    };
    return *std::min_element(blocks.begin(), blocks.end(), is_better);
}

}  // namespace

Result<Interior> block_at(const Heap& heap, std::string_view text) {
    const auto address = parse_address(text);
    if (!address) return Error{fmt::format("\"{}\" is no address", text), "Write it as 0x5581e0c0a2b0."};
    const read::Blocks& blocks = heap.blocks();
    const auto above = std::upper_bound(blocks.address.begin(), blocks.address.end(), *address);
    if (above != blocks.address.begin()) {
        const BlockId block(static_cast<size_t>(above - blocks.address.begin()) - 1);
        const uint64_t offset = *address - blocks.address[block.index()];
        if (offset < std::max<uint64_t>(1, blocks.size_bytes(block))) return Interior{block, offset};
    }
    return Error{fmt::format("no block is at {:#x}", *address), place_of_address(heap, *address)};
}

Result<std::vector<bool>> matching_types(const Heap& heap, const std::string& pattern) {
    std::vector<bool> matches(heap.types().count());
    bool any = false;
    for (size_t index = 0; index < matches.size(); ++index) {
        const types::Type& type = heap.types().type(types::TypeId(index));
        if (!is_a_type(type)) continue;
        const std::vector<std::string> names = names_of(heap, type);
        matches[index] = std::any_of(names.begin(), names.end(),
                                     [&](const std::string& name) { return matches_name(pattern, name); });
        any |= matches[index];
    }
    if (!any) return Error{fmt::format("no type is called {}", pattern), nearest_types(heap, pattern)};
    return matches;
}

Result<Chosen> choose(const Heap& heap, const Choice& choice) {
    if (choice.addresses.empty() && choice.type.empty())
        return Error{"no object was named", "Name addresses, or a type with --type NAME."};
    if (!choice.addresses.empty() && !choice.type.empty())
        return Error{"objects were named by address and by type", "Name addresses, or a type, not both."};
    if (choice.type.empty()) return choose_addresses(heap, choice.addresses);
    auto chosen = choose_type(heap, choice.type);
    if (!chosen || choice.one == Choice::One::all) return chosen;
    const BlockId one = one_of(heap, chosen->blocks, choice.one);
    static constexpr std::array<std::string_view, 4> words = {"", "newest", "oldest", "largest"};
    chosen->text = fmt::format("the {} of {}", words[static_cast<size_t>(choice.one)], chosen->text);
    chosen->blocks = {one};
    return chosen;
}

}  // namespace heapkit::analyze

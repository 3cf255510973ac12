// SPDX-License-Identifier: MIT
//
// See constructors.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/constructors.h"

#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "symbols/call_code.h"
#include "symbols/demangle.h"
#include "symbols/module_files.h"
#include "symbols/module_index.h"
#include "symbols/module_types.h"
#include "symbols/short_name.h"
#include "symbols/symbol_table.h"

namespace heapkit::symbols {
namespace {

constexpr uint64_t pc_mask = (uint64_t{1} << 48) - 1;
constexpr uint64_t furthest_call_bytes = 96;  // behind the return address

// "_ZN5TokenC1EP…", "_ZN3zoo5BoxedIiEC2Ev": 'C' and what kind, behind a name or template arguments.
bool may_be_constructor(std::string_view mangled) {
    return mangled.starts_with("_ZN") && !mangled.starts_with("_ZNSt") && !mangled.starts_with("_ZNKSt") &&
           (mangled.find("C1E") != std::string_view::npos || mangled.find("C2E") != std::string_view::npos);
}

bool has_names_alone(const ModuleSymbols& symbols) {
    using Source = ModuleSymbols::Source;
    return symbols.source == Source::symbol_table || symbols.source == Source::dynamic_symbols;
}

class CodeReader {
   public:
    explicit CodeReader(ModuleFiles files)
        : files_(std::move(files)), code_(files_.binary ? &*files_.binary : nullptr) {
        if (files_.debug) table_.add(*files_.debug);
        if (files_.binary) table_.add(*files_.binary);
        table_.sort();
    }

    // Nothing, with an empty function, for a return address behind any other call.
    Constructed constructed_at(uint64_t return_address) const {
        const auto callee = code_.callee_before(return_address);
        const Symbol* allocator = callee ? starts_at(*callee) : nullptr;
        if (allocator == nullptr || !allocator->name.starts_with("_Znwm")) return {};
        const auto size = code_.constant_argument_before(return_address);
        const auto next = code_.next_call(return_address, return_address + furthest_call_bytes,
                                          [&](uint64_t to) { return starts_at(to) != nullptr; });
        if (!size || !next || !code_.passes_result(return_address, *next)) return {};
        const Symbol* constructor = starts_at(*code_.callee_before(*next));
        if (!may_be_constructor(constructor->name)) return {};
        return {demangle(constructor->name), *size};
    }

   private:
    const Symbol* starts_at(uint64_t address) const {
        const Symbol* symbol = table_.at(address);
        return symbol != nullptr && symbol->address == address ? symbol : nullptr;
    }

    const ModuleFiles files_;
    SymbolTable table_;
    const CallCode code_;
};

}  // namespace

Constructors::Constructors(const read::Snapshot& snapshot, const Frames& frames)
    : of_node_(snapshot.node_pc().size(), none) {
    const ModuleIndex index(snapshot.modules());
    const auto pcs = snapshot.node_pc();
    std::vector<std::unique_ptr<CodeReader>> readers(snapshot.modules().size());
    std::unordered_map<uint64_t, uint32_t> known;  // by return address at run time
    for (size_t node = 1; node < pcs.size(); ++node) {
        const uint64_t address = pcs[node] & pc_mask;
        const auto module = index.module_at(address - 1, static_cast<uint16_t>(pcs[node] >> 48));
        if (!module || !has_names_alone(frames.modules()[module->index()])) continue;
        const prof_module& row = snapshot.modules()[module->index()];
        auto& reader = readers[module->index()];
        if (reader == nullptr) reader = std::make_unique<CodeReader>(files_of(snapshot, row));
        const auto [seen, is_new] = known.try_emplace(pcs[node], none);
        if (is_new) {
            Constructed constructed = reader->constructed_at(address - row.bias);
            if (!constructed.function.empty()) {
                seen->second = static_cast<uint32_t>(found_.size());
                found_.push_back(std::move(constructed));
            }
        }
        of_node_[node] = seen->second;
    }
    forget_classes_of_several_sizes();
}

void Constructors::forget_classes_of_several_sizes() {
    std::unordered_map<std::string_view, uint64_t> size_of;  // by constructor without parameters; 0: several
    for (const Constructed& each : found_) {
        const auto [known, is_new] = size_of.try_emplace(qualified_function(each.function), each.size_bytes);
        if (!is_new && known->second != each.size_bytes) known->second = 0;
    }
    for (uint32_t& place : of_node_)
        if (place != none && size_of[qualified_function(found_[place].function)] == 0) place = none;
}

const Constructed* Constructors::at(NodeId node) const noexcept {
    const uint32_t place = of_node_[node.index()];
    return place == none ? nullptr : &found_[place];
}

}  // namespace heapkit::symbols

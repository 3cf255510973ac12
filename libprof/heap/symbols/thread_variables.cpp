// SPDX-License-Identifier: MIT
//
// See thread_variables.h: the table.
//
// Side: heap, floor 3 (symbols).
#include "symbols/thread_variables.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace heapkit::symbols {
namespace {

// Inlined functions have their callers' variables as their own arguments: one place, and many names for it.
std::vector<ThreadVariable> without_overlaps(const std::vector<ThreadVariable>& offered) {
    std::map<uint64_t, const ThreadVariable*> taken;
    std::map<std::pair<uint32_t, uint8_t>, const ThreadVariable*> registers;
    for (const ThreadVariable& variable : offered) {
        if (variable.in_register != ThreadVariable::no_register) {
            registers.try_emplace({variable.thread, variable.in_register}, &variable);
            continue;
        }
        const auto after = taken.lower_bound(variable.address);
        const bool reaches_next = after != taken.end() && after->first - variable.address < variable.size_bytes;
        const bool is_in_last =
            after != taken.begin() && variable.address - std::prev(after)->first < std::prev(after)->second->size_bytes;
        if (!reaches_next && !is_in_last) taken.emplace_hint(after, variable.address, &variable);
    }
    std::vector<ThreadVariable> kept;
    for (const auto& [address, variable] : taken) kept.push_back(*variable);
    for (const auto& [place, variable] : registers) kept.push_back(*variable);
    return kept;
}

}  // namespace

ThreadVariables ThreadVariables::find(const Input& input) {
    ThreadVariables variables;
    add_storage_variables(input, variables);
    add_frame_variables(input, variables);
    variables.finish();
    return variables;
}

void ThreadVariables::finish() {
    variables_ = without_overlaps(variables_);
    const auto is_in_memory = [](const ThreadVariable& variable) {
        return variable.in_register == ThreadVariable::no_register;
    };
    in_memory_ = static_cast<size_t>(std::ranges::find_if_not(variables_, is_in_memory) - variables_.begin());
    std::ranges::sort(running_, {}, [](const RunningFunction& function) { return function.begin; });
}

const ThreadVariable* ThreadVariables::at(uint64_t address) const noexcept {
    const auto in_memory = all().first(in_memory_);
    const auto after = std::ranges::upper_bound(in_memory, address, {}, &ThreadVariable::address);
    if (after == in_memory.begin()) return nullptr;
    const ThreadVariable& variable = *(after - 1);
    return address - variable.address < variable.size_bytes ? &variable : nullptr;
}

const ThreadVariable* ThreadVariables::in_register(uint32_t thread, uint64_t number) const noexcept {
    const auto in_registers = all().subspan(in_memory_);
    const auto found = std::ranges::find_if(in_registers, [&](const ThreadVariable& variable) {
        return variable.thread == thread && variable.in_register == number;
    });
    return found == in_registers.end() ? nullptr : &*found;
}

const RunningFunction* ThreadVariables::running_at(uint64_t address) const noexcept {
    const auto after = std::ranges::upper_bound(running_, address, {}, &RunningFunction::begin);
    if (after == running_.begin()) return nullptr;
    return address < (after - 1)->end ? &*(after - 1) : nullptr;
}

}  // namespace heapkit::symbols

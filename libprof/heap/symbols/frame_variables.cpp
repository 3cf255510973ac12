// SPDX-License-Identifier: MIT
//
// Variables of the functions that were running.
//
// Side: heap, floor 3 (symbols).
//
//     1. unwind.h says which functions were running, and where on the stack each one's registers were saved
//     2. module by module: which variables are in scope at those addresses, from the cache or debug information
//     3. frame by frame, outermost first: where each of them lies
//
// A variable that is in a register is where the functions that were called since have saved it: mostly on the stack.
#include <algorithm>
#include <iterator>
#include <map>

#include "symbols/cache.h"
#include "symbols/dwarf_locals.h"
#include "symbols/local_cache.h"
#include "symbols/module_files.h"
#include "symbols/module_types.h"
#include "symbols/thread_variables.h"
#include "symbols/unwind.h"

namespace heapkit::symbols {
namespace {

ModuleLocals chosen(const ModuleLocals& from, std::span<const uint64_t> addresses,
                    const std::vector<DebugTypeId>& ids) {
    ModuleLocals some;
    for (size_t i = 0, k = 0; k < addresses.size(); ++k) {
        while (from.addresses[i] < addresses[k]) ++i;
        some.add(from, i, ids);
    }
    return some;
}

ModuleLocals joined(const ModuleLocals& a, const ModuleLocals& b, size_t type_count) {
    std::vector<DebugTypeId> same(type_count);
    for (size_t i = 0; i < type_count; ++i) same[i] = DebugTypeId(i);
    ModuleLocals both;
    for (size_t i = 0, k = 0; i < a.addresses.size() || k < b.addresses.size();) {
        const bool takes_a = k == b.addresses.size() || (i < a.addresses.size() && a.addresses[i] < b.addresses[k]);
        both.add(takes_a ? a : b, takes_a ? i++ : k++, same);
    }
    return both;
}

// Read anew, in types of `into`.
ModuleLocals found_in_dwarf(const ModuleFiles& files, std::span<const uint64_t> addresses, const TypeColumns& into) {
    ModuleLocals none;
    none.addresses.assign(addresses.begin(), addresses.end());
    none.ends.resize(addresses.size());
    none.functions.resize(addresses.size());
    const ElfFile* const file = files.with_debug_information();
    if (file == nullptr) return none;
    const DwarfFile dwarf(file->path().c_str());
    if (!dwarf.is_open()) return none;
    DwarfTypes types(dwarf.get());
    const ModuleLocals found = read_locals(dwarf.get(), types, addresses);
    return chosen(found, addresses, translated(types.columns, into));
}

// In types of `book`. `addresses`: ascending, as in the file.
ModuleLocals locals_of(const ModuleFiles& files, std::span<const uint8_t> build_id, bool use_cache,
                       std::span<const uint64_t> addresses, const TypeBook& book) {
    if (!use_cache || build_id.empty()) return found_in_dwarf(files, addresses, book.columns());
    const TypeColumns columns = columns_of(files, build_id, true);
    const CallCacheKey key = {fingerprint_of(files), columns.types.size()};
    ModuleLocals all = load_cached_locals(build_id, key).value_or(ModuleLocals());
    std::vector<uint64_t> unknown;
    std::ranges::set_difference(addresses, all.addresses, std::back_inserter(unknown));
    if (!unknown.empty()) {
        all = joined(all, found_in_dwarf(files, unknown, columns), columns.types.size());
        if (key.fingerprint != 0) store_cached_locals(build_id, key, all);
    }
    return chosen(all, addresses, translated(columns, book.columns()));
}

class FrameReader {
   public:
    FrameReader(const ThreadVariables::Input& input, ThreadVariables& result)
        : input_(input),
          words_(input.blocks, input.words),
          frames_(unwind(input.snapshot, words_, input.frames)),
          result_(result) {}

    void read() {
        std::map<uint32_t, std::vector<uint64_t>> addresses_of;
        for (const StackFrame& frame : frames_) addresses_of[frame.module.value].push_back(address_of(frame));
        for (auto& [module, addresses] : addresses_of) {
            std::ranges::sort(addresses);
            addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
            const prof_module& row = input_.snapshot.modules()[module];
            if (!has_types_of_interest(input_.snapshot, row)) continue;
            locals_[module] = locals_of(files_of(input_.snapshot, row), std::span(row.build_id, row.build_id_bytes),
                                        input_.options.use_cache, addresses, input_.book);
        }
        for (const bool is_artificial : {false, true})
            for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame)
                place_variables(*frame, is_artificial);
        for (size_t at = 0; at < frames_.size(); ++at) add_running(frames_[at], called_by_program(at));
    }

   private:
    uint64_t address_of(const StackFrame& frame) const {
        return frame.address() - input_.snapshot.modules()[frame.module.index()].bias;
    }

    struct Scope {
        const ModuleLocals* locals = nullptr;
        size_t at = 0;  // index of the address
    };
    Scope scope_of(const StackFrame& frame) const {
        const auto known = locals_.find(frame.module.value);
        if (known == locals_.end()) return {};
        const auto& addresses = known->second.addresses;
        const auto at = std::ranges::lower_bound(addresses, address_of(frame));
        return {&known->second, static_cast<size_t>(at - addresses.begin())};
    }

    void place_variables(const StackFrame& frame, bool is_artificial) {
        const auto [locals, at] = scope_of(frame);
        if (locals == nullptr) return;
        for (uint32_t i = locals->begin_of(at); i < locals->ends[at]; ++i) {
            const LocalVariable& local = locals->variables[i];
            if (local.has(local_artificial) != is_artificial || local.has(local_to_come)) continue;
            if (auto placed = placed_in(frame, local)) {
                placed->name = result_.texts().intern(locals->texts.text(local.name));
                placed->function = result_.texts().intern(locals->texts.text(local.function));
                placed->file = result_.texts().intern(locals->texts.text(local.file));
                result_.offer(*placed);
            }
        }
    }

    std::optional<ThreadVariable> placed_in(const StackFrame& frame, const LocalVariable& local) const {
        ThreadVariable variable;
        variable.kind = local.has(local_parameter) ? ThreadVariable::Kind::parameter : ThreadVariable::Kind::local;
        variable.thread = frame.thread;
        variable.line = local.line;
        variable.type = local.type;
        variable.is_set = !local.has(local_being_declared);
        variable.size_bytes = input_.book.type(local.type).size_bytes;
        if (variable.size_bytes == 0) return std::nullopt;
        if (local.place.kind == LocalPlace::Kind::in_register) return in_register(frame, local, variable);
        auto address = address_in(frame, local.place);
        if (address && local.has(local_indirect)) address = words_.at(*address);
        if (!address || !words_.holds(frame.thread, *address, variable.size_bytes)) return std::nullopt;
        variable.address = *address;
        return variable;
    }

    static std::optional<uint64_t> address_in(const StackFrame& frame, const LocalPlace& place) {
        const auto moved = [&](uint64_t base) { return base + static_cast<uint64_t>(place.offset_bytes); };
        if (place.kind == LocalPlace::Kind::at_frame)
            return frame.end == 0 ? std::nullopt : std::optional(moved(frame.end));
        if (place.reg >= register_count || !frame.registers[place.reg].value) return std::nullopt;
        return moved(*frame.registers[place.reg].value);
    }

    std::optional<ThreadVariable> in_register(const StackFrame& frame, const LocalVariable& local,
                                              ThreadVariable variable) const {
        if (local.place.reg >= register_count || variable.size_bytes > sizeof(uint64_t)) return std::nullopt;
        const RegisterState& state = frame.registers[local.place.reg];
        if (state.saved_at == 0) {
            if (!state.is_in_register) return std::nullopt;
            variable.in_register = static_cast<uint8_t>(local.place.reg);
            return variable;
        }
        if (!words_.holds(frame.thread, state.saved_at, sizeof(uint64_t))) return std::nullopt;
        variable.address = state.saved_at;
        return variable;
    }

    bool is_recorder(const StackFrame& frame) const {
        return (input_.snapshot.modules()[frame.module.index()].flags & PROF_MODULE_AGENT) != 0;
    }

    // A thread that takes a snapshot itself is some calls deep in the recorder, of which the program made the first.
    const StackFrame& called_by_program(size_t at) const {
        while (is_recorder(frames_[at]) && at + 1 < frames_.size() && is_recorder(frames_[at + 1]) &&
               frames_[at + 1].thread == frames_[at].thread)
            ++at;
        return frames_[at];
    }

    void add_running(const StackFrame& frame, const StackFrame& called) {
        if (frame.end == 0) return;
        const auto [locals, at] = scope_of(called);
        std::string name;
        if (locals != nullptr) name = locals->texts.text(locals->functions[at]);
        if (name.empty()) name = input_.frames.symbol_at(called.address());
        result_.add({frame.stack_pointer, frame.end, frame.thread, result_.texts().intern(name), is_recorder(frame)});
    }

    const ThreadVariables::Input& input_;
    const StackWords words_;
    const std::vector<StackFrame> frames_;
    std::map<uint32_t, ModuleLocals> locals_;
    ThreadVariables& result_;
};

}  // namespace

void add_frame_variables(const ThreadVariables::Input& input, ThreadVariables& variables) {
    if (input.options.progress.report) input.options.progress.report("stacks", 0, input.snapshot.threads().size());
    FrameReader(input, variables).read();
}

}  // namespace heapkit::symbols

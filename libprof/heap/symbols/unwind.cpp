// SPDX-License-Identifier: MIT
//
// See unwind.h: the walk. dwarf_unwind.cpp does one step of it.
//
// Side: heap, floor 3 (symbols).
#include "symbols/unwind.h"

#include <algorithm>
#include <map>

#include "read/words.h"
#include "symbols/dwarf_unwind.h"
#include "symbols/image.h"
#include "symbols/module_index.h"
#include "symbols/module_types.h"

namespace heapkit::symbols {
namespace {

constexpr size_t most_frames_of_thread = 1 << 14;

// Whether `address` is behind a call of the function around `pc`: call rel32 says which one it calls, directly or
// through the procedure linkage table; call *… says nothing, and is taken for one that does not.
bool may_return(const Frames& frames, uint64_t address, uint64_t pc) {
    const Image* const image = frames.image_at(address - 1);
    const auto word = image == nullptr ? std::nullopt : image->word_at(address - sizeof(uint64_t));
    if (!word || (*word >> 24 & 0xff) != 0xe8) return false;
    const auto distance = static_cast<int32_t>(*word >> 32);
    const std::string own = frames.symbol_at(pc - 1);
    const std::string called = frames.symbol_at(address + static_cast<uint64_t>(int64_t{distance}));
    return !own.empty() && (called == own || called == own + "@plt");
}

class Walk {
   public:
    Walk(const read::Snapshot& snapshot, const StackWords& words, const Frames& frames)
        : snapshot_(snapshot), words_(words), modules_(snapshot.modules()) {
        returns_ = [&frames](uint64_t address, uint64_t pc) { return may_return(frames, address, pc); };
    }

    void thread(uint32_t index) {
        std::optional<StackFrame> at = innermost(index);
        for (size_t depth = 0; at && depth < most_frames_of_thread && frames_.size() < most_frames; ++depth) {
            const auto module = modules_.module_at(at->address(), PROF_GENERATION_ALIVE);
            if (!module) return;
            at->module = *module;
            auto caller = rules_of(*module).caller_of(*at, words_, returns_);
            frames_.push_back(*at);
            if (!caller || caller->pc == 0) return;
            at = caller;
        }
    }

    std::vector<StackFrame> take() { return std::move(frames_); }

   private:
    std::optional<StackFrame> innermost(uint32_t index) const {
        const prof_thread& thread = snapshot_.threads()[index];
        if ((thread.flags & PROF_THREAD_ALIVE) == 0 || thread.program_counter == 0 || thread.stack_pointer == 0)
            return std::nullopt;
        StackFrame frame;
        frame.thread = index;
        frame.pc = thread.program_counter;
        frame.stack_pointer = thread.stack_pointer;
        if (words_.knows_registers(index))
            for (size_t number = 0; number < return_register; ++number)
                frame.registers[number] = {.value = words_.in_register(index, number), .is_in_register = true};
        frame.registers[stack_register] = {.value = thread.stack_pointer};
        return frame;
    }

    const UnwindRules& rules_of(ModuleId module) {
        const auto known = rules_.find(module.value);
        if (known != rules_.end()) return known->second;
        const prof_module& row = snapshot_.modules()[module.index()];
        const bool has_file = (row.flags & PROF_MODULE_VDSO) == 0 && !snapshot_.string(row.path).empty();
        const ModuleFiles files = has_file ? files_of(snapshot_, row) : ModuleFiles();
        return rules_.emplace(module.value, UnwindRules(files, row.bias)).first->second;
    }

    const read::Snapshot& snapshot_;
    const StackWords& words_;
    const ModuleIndex modules_;
    UnwindRules::Returns returns_;
    std::map<uint32_t, UnwindRules> rules_;
    std::vector<StackFrame> frames_;
};

}  // namespace

StackWords::StackWords(const read::Blocks& blocks, const read::Words& words) : blocks_(blocks), words_(words) {
    for (uint32_t index = 0; index < words.roots.size(); ++index) {
        if (words.roots[index].kind == PROF_ROOT_STACK) stacks_.push_back(index);
        if (words.roots[index].kind == PROF_ROOT_REGISTERS) registers_.push_back(index);
    }
    std::ranges::sort(stacks_, {}, [&](uint32_t index) { return words.roots[index].address; });
}

std::optional<uint64_t> StackWords::at(uint64_t address) const {
    auto after =
        std::ranges::upper_bound(stacks_, address, {}, [&](uint32_t index) { return words_.roots[index].address; });
    if (after == stacks_.begin() || address % sizeof(uint64_t) != 0) return std::nullopt;
    const prof_root& root = words_.roots[*--after];
    if (address - root.address >= root.bytes) return std::nullopt;
    const auto word = words_of(words_, root).at(address - root.address);
    return word ? raw_value(*word, blocks_, root.address) : std::nullopt;
}

bool StackWords::holds(uint32_t thread, uint64_t address, uint64_t bytes) const {
    const auto after =
        std::ranges::upper_bound(stacks_, address, {}, [&](uint32_t index) { return words_.roots[index].address; });
    if (after == stacks_.begin()) return false;
    const prof_root& root = words_.roots[*(after - 1)];
    const uint64_t offset = address - root.address;
    return root.owner == thread && offset < root.bytes && bytes <= root.bytes - offset;
}

bool StackWords::knows_registers(uint32_t thread) const {
    return std::ranges::any_of(registers_, [&](uint32_t index) { return words_.roots[index].owner == thread; });
}

std::optional<uint64_t> StackWords::in_register(uint32_t thread, size_t number) const {
    for (const uint32_t index : registers_) {
        if (words_.roots[index].owner != thread) continue;
        const auto word = words_of(words_, words_.roots[index]).at(number * sizeof(uint64_t));
        return word ? raw_value(*word, blocks_, words_.roots[index].address) : std::nullopt;
    }
    return std::nullopt;
}

std::vector<StackFrame> unwind(const read::Snapshot& snapshot, const StackWords& words, const Frames& frames) {
    Walk walk(snapshot, words, frames);
    for (uint32_t index = 0; index < snapshot.threads().size(); ++index) walk.thread(index);
    return walk.take();
}

}  // namespace heapkit::symbols

// SPDX-License-Identifier: MIT
//
// See dwarf_unwind.h.
//
// Side: heap, floor 3 (symbols).
//
// libdw gives each rule as an expression: the frame's address (CFA), and for each register where its caller's value is:
//
//     the same as before         the callee did not touch it
//     undefined                  nobody knows; of the return address: there is no caller
//     an address                 it was saved there
//     a value, or a register     it is that
//
// Of a thread that waits in the kernel the registers are not known. Unoptimised functions find their frame by rbp, and
// what they called need not have saved it. Then the frame is looked for: where rbp points, the caller's lies, and
// behind it an address behind a call of this very function.
//
//     stack pointer →   …            may hold what is left of older frames
//                       rbp →        the caller's rbp: further up on the stack, or not kept
//                                    return address
#include "symbols/dwarf_unwind.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "symbols/dwarf_expression.h"
#include "symbols/dwarf_walk.h"

namespace heapkit::symbols {
namespace {

constexpr uint64_t highest_address = uint64_t{1} << 47;
constexpr size_t frame_register = 6;  // rbp

// Functions may use no other register than they found it: rbx, rbp, rsp, r12 to r15.
constexpr bool is_kept_by_calls(size_t number) {
    return number == 3 || number == 6 || number == stack_register || (number >= 12 && number <= 15);
}

struct FreeFrame {
    void operator()(Dwarf_Frame* frame) const { std::free(frame); }
};
using Frame = std::unique_ptr<Dwarf_Frame, FreeFrame>;

// The rules of one function at one address, and the frame that they are applied to.
class Step {
   public:
    Step(Dwarf_Frame* rules, StackFrame& frame, const StackWords& words, const UnwindRules::Returns& returns)
        : rules_(rules), frame_(frame), words_(words), returns_(returns) {
        world_.in_register = [this](uint64_t number) {
            return number < register_count ? frame_.registers[number].value : std::nullopt;
        };
        world_.word_at = [&words](uint64_t address) { return words.at(address); };
    }

    std::optional<StackFrame> caller() {
        Dwarf_Op* ops = nullptr;
        size_t count = 0;
        if (dwarf_frame_cfa(rules_, &ops, &count) != 0) return std::nullopt;
        const bool is_by_pointer = count == 1 && ops[0].atom == DW_OP_bregx && ops[0].number == frame_register;
        if (is_by_pointer && !frame_.registers[frame_register].value)
            frame_.registers[frame_register].value = searched_frame_pointer();
        const auto address = evaluated(ops, count, world_);
        if (!address || address->value <= frame_.stack_pointer || address->value >= highest_address)
            return std::nullopt;
        frame_.end = address->value;
        world_.frame_address = address->value;
        StackFrame caller;
        caller.thread = frame_.thread;
        caller.stack_pointer = address->value;
        for (size_t number = 0; number < register_count; ++number)
            if (is_kept_by_calls(number)) caller.registers[number] = of_caller(number);
        caller.registers[stack_register] = {.value = address->value};
        const RegisterState returns = of_caller(return_register);
        if (returns.is_undefined) return caller;
        if (!returns.value) return std::nullopt;
        caller.pc = *returns.value;
        bool is_signal = false;
        if (dwarf_frame_info(rules_, nullptr, nullptr, &is_signal) < 0) return std::nullopt;
        caller.is_calling = !is_signal;
        // A signal interrupts anywhere: all registers stand in its frame, the stack pointer too.
        if (is_signal) take_interrupted(caller);
        return caller;
    }

   private:
    RegisterState of_caller(size_t number) {
        RegisterState unknown;
        Dwarf_Op memory[3];
        Dwarf_Op* ops = nullptr;
        size_t count = 0;
        if (dwarf_frame_register(rules_, static_cast<int>(number), memory, &ops, &count) != 0) return unknown;
        if (count == 0 && ops == nullptr) return frame_.registers[number];
        unknown.is_undefined = count == 0;
        if (count == 0) return unknown;
        if (count == 1 && ops[0].atom == DW_OP_regx && ops[0].number < register_count)
            return frame_.registers[ops[0].number];
        const auto found = evaluated(ops, count, world_);
        if (!found) return unknown;
        if (found->is_value) return {.value = found->value};
        return {.value = world_.word_at(found->value), .saved_at = found->value};
    }

    std::optional<uint64_t> searched_frame_pointer() const {
        constexpr uint64_t word_bytes = sizeof(uint64_t), furthest = 1 << 20;
        const uint64_t begin = frame_.stack_pointer;
        for (uint64_t at = begin; at - begin < furthest && words_.holds(frame_.thread, at, 2 * word_bytes);
             at += word_bytes) {
            const auto returns = words_.at(at + word_bytes);
            if (!returns || !returns_(*returns, frame_.pc)) continue;
            const auto saved = words_.at(at);
            if (!saved || (*saved > at && words_.holds(frame_.thread, *saved, word_bytes))) return at;
        }
        return std::nullopt;
    }

    void take_interrupted(StackFrame& caller) {
        for (size_t number = 0; number < return_register; ++number) caller.registers[number] = of_caller(number);
        const auto pointer = caller.registers[stack_register].value;
        caller.stack_pointer = pointer.value_or(caller.stack_pointer);
        caller.registers[stack_register].value = caller.stack_pointer;
    }

    Dwarf_Frame* rules_;
    StackFrame& frame_;
    const StackWords& words_;
    const UnwindRules::Returns& returns_;
    ExpressionWorld world_;
};

}  // namespace

struct UnwindRules::State {
    ~State() {
        if (eh_frame != nullptr) dwarf_cfi_end(eh_frame);
        if (elf != nullptr) elf_end(elf);
        if (file >= 0) close(file);
    }
    uint64_t bias = 0;
    int file = -1;
    Elf* elf = nullptr;
    Dwarf_CFI* eh_frame = nullptr;
    std::unique_ptr<DwarfFile> debug;
    Dwarf_CFI* debug_frame = nullptr;  // belongs to `debug`
};

UnwindRules::UnwindRules(const ModuleFiles& files, uint64_t bias) : state_(std::make_unique<State>()) {
    State& state = *state_;
    state.bias = bias;
    elf_version(EV_CURRENT);
    if (files.binary) state.file = open(files.binary->path().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (state.file >= 0) state.elf = elf_begin(state.file, ELF_C_READ_MMAP, nullptr);
    if (state.elf != nullptr) state.eh_frame = dwarf_getcfi_elf(state.elf);
    const ElfFile* with_debug = files.with_debug_information();
    if (with_debug == nullptr || with_debug->section(".debug_frame") == nullptr) return;
    state.debug = std::make_unique<DwarfFile>(with_debug->path().c_str());
    if (state.debug->is_open()) state.debug_frame = dwarf_getcfi(state.debug->get());
}

UnwindRules::UnwindRules(UnwindRules&&) noexcept = default;
UnwindRules& UnwindRules::operator=(UnwindRules&&) noexcept = default;
UnwindRules::~UnwindRules() = default;

std::optional<StackFrame> UnwindRules::caller_of(StackFrame& frame, const StackWords& words,
                                                 const Returns& returns) const {
    const uint64_t address = frame.address() - state_->bias;
    for (Dwarf_CFI* const rules : {state_->eh_frame, state_->debug_frame}) {
        Dwarf_Frame* found = nullptr;
        if (rules == nullptr || dwarf_cfi_addrframe(rules, address, &found) != 0) continue;
        const Frame owned(found);
        return Step(found, frame, words, returns).caller();
    }
    return std::nullopt;
}

}  // namespace heapkit::symbols

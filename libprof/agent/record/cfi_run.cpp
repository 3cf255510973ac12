// SPDX-License-Identifier: MIT
//
// Runs a call frame program: see cfi.h. Each instruction edits the current row, or moves to the next address; the row
// that stands when the address passes `pc` is the answer.
//
// Side:    agent, floor 2 (record).
#include "cfi.h"
#include "dwarf_reader.h"

namespace prof::cfi {
namespace {

enum Instruction : uint8_t {  // DW_CFA_…
    kAdvance = 0x40, kOffset = 0x80, kRestore = 0xc0, kHighMask = 0xc0, kLowMask = 0x3f,
    kNop = 0x00, kSetLocation = 0x01, kAdvance1 = 0x02, kAdvance2 = 0x03, kAdvance4 = 0x04, kOffsetExtended = 0x05,
    kRestoreExtended = 0x06, kUndefined = 0x07, kSame = 0x08, kRegister = 0x09, kRemember = 0x0a,
    kRestoreState = 0x0b, kDefineCfa = 0x0c, kDefineCfaRegister = 0x0d, kDefineCfaOffset = 0x0e,
    kDefineCfaExpression = 0x0f, kExpression = 0x10, kOffsetExtendedSigned = 0x11, kDefineCfaSigned = 0x12,
    kDefineCfaOffsetSigned = 0x13, kValueOffset = 0x14, kValueOffsetSigned = 0x15, kValueExpression = 0x16,
    kArgumentsSize = 0x2e, kNegativeOffset = 0x2f,
};

class Machine {
   public:
    Machine(const Description& description, uint64_t pc, Program& program) noexcept
        : description_(description), program_(program), pc_(pc), location_(description.start) {}

    bool run(const uint8_t* from, const uint8_t* to) noexcept {
        Reader reader(from, to);
        while (!reader.done() && location_ <= pc_)
            if (!step(reader)) return false;
        return !reader.failed();
    }

   private:
    Row& row() noexcept { return program_.row; }
    int64_t scaled(uint64_t factor) const noexcept {
        return static_cast<int64_t>(factor) * description_.data_alignment;
    }
    int64_t scaled(int64_t factor) const noexcept { return factor * description_.data_alignment; }
    void advance(uint64_t delta) noexcept { location_ += delta * description_.code_alignment; }

    // Registers that we do not follow (vector registers) are read and forgotten.
    void set(uint64_t number, How how, int64_t value, const uint8_t* expression = nullptr) noexcept {
        if (number < kRegisters) row().registers[number] = {how, value, expression};
    }
    void restore(uint64_t number) noexcept {
        if (number < kRegisters) row().registers[number] = program_.initial.registers[number];
    }
    const uint8_t* block(Reader& reader) noexcept {
        const uint8_t* at = reader.at();
        reader.skip(reader.uleb());
        return at;
    }

    bool step(Reader& reader) noexcept {
        uint8_t code = reader.byte();
        uint8_t low = code & kLowMask;
        switch (code & kHighMask) {
            case kAdvance: advance(low); return true;
            case kOffset: set(low, How::at_offset, scaled(reader.uleb())); return true;
            case kRestore: restore(low); return true;
            default: return location(code, reader) || define(code, reader) || preserve(code, reader);
        }
    }

    bool location(uint8_t code, Reader& reader) noexcept {
        switch (code) {
            case kNop: return true;
            case kAdvance1: advance(reader.byte()); return true;
            case kAdvance2: advance(reader.fixed<uint16_t>()); return true;
            case kAdvance4: advance(reader.fixed<uint32_t>()); return true;
            case kArgumentsSize: reader.uleb(); return true;
            case kRemember:
                if (program_.remembered_count == Program::kMaxRemembered) return false;
                program_.remembered[program_.remembered_count++] = row();
                return true;
            case kRestoreState:
                if (program_.remembered_count == 0) return false;
                row() = program_.remembered[--program_.remembered_count];
                return true;
            default: return false;
        }
    }

    bool define(uint8_t code, Reader& reader) noexcept {
        switch (code) {
            case kDefineCfa:
                row().cfa_register = reader.uleb();
                row().cfa_offset = static_cast<int64_t>(reader.uleb());
                break;
            case kDefineCfaSigned:
                row().cfa_register = reader.uleb();
                row().cfa_offset = scaled(reader.sleb());
                break;
            case kDefineCfaRegister: row().cfa_register = reader.uleb(); break;
            case kDefineCfaOffset: row().cfa_offset = static_cast<int64_t>(reader.uleb()); break;
            case kDefineCfaOffsetSigned: row().cfa_offset = scaled(reader.sleb()); break;
            case kDefineCfaExpression: row().cfa_expression = block(reader); return true;
            default: return false;
        }
        row().cfa_expression = nullptr;
        return true;
    }

    bool preserve(uint8_t code, Reader& reader) noexcept {
        if (code < kOffsetExtended || (code > kNegativeOffset)) return false;
        uint64_t number = reader.uleb();
        switch (code) {
            case kOffsetExtended: set(number, How::at_offset, scaled(reader.uleb())); return true;
            case kOffsetExtendedSigned: set(number, How::at_offset, scaled(reader.sleb())); return true;
            case kNegativeOffset: set(number, How::at_offset, -scaled(reader.uleb())); return true;
            case kRestoreExtended: restore(number); return true;
            case kUndefined: set(number, How::undefined, 0); return true;
            case kSame: set(number, How::same, 0); return true;
            case kRegister: set(number, How::in_register, static_cast<int64_t>(reader.uleb())); return true;
            case kExpression: set(number, How::at_expression, 0, block(reader)); return true;
            case kValueOffset: set(number, How::is_offset, scaled(reader.uleb())); return true;
            case kValueOffsetSigned: set(number, How::is_offset, scaled(reader.sleb())); return true;
            case kValueExpression: set(number, How::is_expression, 0, block(reader)); return true;
            default: return false;
        }
    }

    const Description& description_;
    Program& program_;
    uint64_t pc_;
    uint64_t location_;
};

}  // namespace

bool run(const Description& description, uint64_t pc, Program& program) noexcept {
    program.row = Row{};
    program.remembered_count = 0;
    Machine common(description, pc, program);
    if (!common.run(description.initial, description.initial_end)) return false;
    program.initial = program.row;
    program.remembered_count = 0;
    Machine own(description, pc, program);
    return own.run(description.own, description.own_end);
}

}  // namespace prof::cfi

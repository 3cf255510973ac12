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
    cfi_advance = 0x40,
    cfi_offset = 0x80,
    cfi_restore = 0xc0,
    high_mask = 0xc0,
    low_mask = 0x3f,
    cfi_nop = 0x00,
    cfi_set_location = 0x01,
    cfi_advance1 = 0x02,
    cfi_advance2 = 0x03,
    cfi_advance4 = 0x04,
    cfi_offset_extended = 0x05,
    cfi_restore_extended = 0x06,
    cfi_undefined = 0x07,
    cfi_same = 0x08,
    cfi_register = 0x09,
    cfi_remember = 0x0a,
    cfi_restore_state = 0x0b,
    cfi_define_cfa = 0x0c,
    cfi_define_cfa_register = 0x0d,
    cfi_define_cfa_offset = 0x0e,
    cfi_define_cfa_expression = 0x0f,
    cfi_expression = 0x10,
    cfi_offset_extended_signed = 0x11,
    cfi_define_cfa_signed = 0x12,
    cfi_define_cfa_offset_signed = 0x13,
    cfi_value_offset = 0x14,
    cfi_value_offset_signed = 0x15,
    cfi_value_expression = 0x16,
    cfi_arguments_size = 0x2e,
    cfi_negative_offset = 0x2f,
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
    // What is too large wraps around, as an address would.
    int64_t scaled(uint64_t factor) const noexcept {
        return static_cast<int64_t>(factor * static_cast<uint64_t>(description_.data_alignment));
    }
    int64_t scaled(int64_t factor) const noexcept { return scaled(static_cast<uint64_t>(factor)); }
    void advance(uint64_t delta) noexcept { location_ += delta * description_.code_alignment; }

    // Registers that we do not follow (vector registers) are read and forgotten.
    void set(uint64_t number, How how, int64_t value, const uint8_t* expression = nullptr) noexcept {
        if (number < register_count) row().registers[number] = {how, value, expression};
    }
    void restore(uint64_t number) noexcept {
        if (number < register_count) row().registers[number] = program_.initial.registers[number];
    }
    const uint8_t* block(Reader& reader) noexcept {
        const uint8_t* at = reader.at();
        reader.skip(reader.uleb());
        return at;
    }

    bool step(Reader& reader) noexcept {
        uint8_t code = reader.byte();
        uint8_t low = code & low_mask;
        switch (code & high_mask) {
            case cfi_advance:
                advance(low);
                return true;
            case cfi_offset:
                set(low, How::at_offset, scaled(reader.uleb()));
                return true;
            case cfi_restore:
                restore(low);
                return true;
            default:
                return location(code, reader) || define(code, reader) || preserve(code, reader);
        }
    }

    bool location(uint8_t code, Reader& reader) noexcept {
        switch (code) {
            case cfi_nop:
                return true;
            case cfi_advance1:
                advance(reader.byte());
                return true;
            case cfi_advance2:
                advance(reader.fixed<uint16_t>());
                return true;
            case cfi_advance4:
                advance(reader.fixed<uint32_t>());
                return true;
            case cfi_arguments_size:
                reader.uleb();
                return true;
            case cfi_remember:
                if (program_.remembered_count == Program::max_remembered) return false;
                program_.remembered[program_.remembered_count++] = row();
                return true;
            case cfi_restore_state:
                if (program_.remembered_count == 0) return false;
                row() = program_.remembered[--program_.remembered_count];
                return true;
            default:
                return false;
        }
    }

    bool define(uint8_t code, Reader& reader) noexcept {
        switch (code) {
            case cfi_define_cfa:
                row().cfa_register = reader.uleb();
                row().cfa_offset = static_cast<int64_t>(reader.uleb());
                break;
            case cfi_define_cfa_signed:
                row().cfa_register = reader.uleb();
                row().cfa_offset = scaled(reader.sleb());
                break;
            case cfi_define_cfa_register:
                row().cfa_register = reader.uleb();
                break;
            case cfi_define_cfa_offset:
                row().cfa_offset = static_cast<int64_t>(reader.uleb());
                break;
            case cfi_define_cfa_offset_signed:
                row().cfa_offset = scaled(reader.sleb());
                break;
            case cfi_define_cfa_expression:
                row().cfa_expression = block(reader);
                return true;
            default:
                return false;
        }
        row().cfa_expression = nullptr;
        return true;
    }

    bool preserve(uint8_t code, Reader& reader) noexcept {
        if (code < cfi_offset_extended || (code > cfi_negative_offset)) return false;
        uint64_t number = reader.uleb();
        switch (code) {
            case cfi_offset_extended:
                set(number, How::at_offset, scaled(reader.uleb()));
                return true;
            case cfi_offset_extended_signed:
                set(number, How::at_offset, scaled(reader.sleb()));
                return true;
            case cfi_negative_offset:
                set(number, How::at_offset, -scaled(reader.uleb()));
                return true;
            case cfi_restore_extended:
                restore(number);
                return true;
            case cfi_undefined:
                set(number, How::undefined, 0);
                return true;
            case cfi_same:
                set(number, How::same, 0);
                return true;
            case cfi_register:
                set(number, How::in_register, static_cast<int64_t>(reader.uleb()));
                return true;
            case cfi_expression:
                set(number, How::at_expression, 0, block(reader));
                return true;
            case cfi_value_offset:
                set(number, How::is_offset, scaled(reader.uleb()));
                return true;
            case cfi_value_offset_signed:
                set(number, How::is_offset, scaled(reader.sleb()));
                return true;
            case cfi_value_expression:
                set(number, How::is_expression, 0, block(reader));
                return true;
            default:
                return false;
        }
    }

    const Description& description_;
    Program& program_;
    uint64_t pc_;
    uint64_t location_;
};

}  // namespace

bool run(const Description& description, uint64_t pc, Program& program) noexcept {
    program.row = program.initial = Row{};  // nothing of the function before, whose module may be gone
    program.remembered_count = 0;
    Machine common(description, pc, program);
    if (!common.run(description.initial, description.initial_end)) return false;
    program.initial = program.row;
    program.remembered_count = 0;
    Machine own(description, pc, program);
    return own.run(description.own, description.own_end);
}

}  // namespace prof::cfi

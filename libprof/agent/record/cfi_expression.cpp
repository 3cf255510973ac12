// SPDX-License-Identifier: MIT
//
// Evaluates the DWARF expressions that occur in call frame information: see cfi.h. A stack machine; what it does not
// know, it refuses.
//
// Side:    agent, floor 2 (record).
#include "cfi.h"
#include "dwarf_reader.h"

namespace prof::cfi {
namespace {

constexpr unsigned max_depth = 32;
constexpr unsigned max_steps = 1000;  // branches may go back

enum Operation : uint8_t {  // DW_OP_…
    op_address = 0x03,
    op_dereference = 0x06,
    op_const1u = 0x08,
    op_const1s,
    op_const2u,
    op_const2s,
    op_const4u,
    op_const4s,
    op_const8u,
    op_const8s,
    op_const_u,
    op_const_s,
    op_duplicate,
    op_drop,
    op_over,
    op_pick,
    op_swap,
    op_rotate,
    op_absolute = 0x19,
    op_and,
    op_divide,
    op_minus,
    op_modulo,
    op_multiply,
    op_negate,
    op_not,
    op_or,
    op_plus,
    op_plus_constant,
    op_shift_left,
    op_shift_right,
    op_shift_right_signed,
    op_xor,
    op_branch,
    op_equal,
    op_greater_equal,
    op_greater,
    op_less_equal,
    op_less,
    op_not_equal,
    op_skip,
    op_literal0 = 0x30,
    op_literal31 = 0x4f,
    op_base_register0 = 0x70,
    op_base_register31 = 0x8f,
    op_base_register = 0x92,
    op_dereference_size = 0x94,
    op_nop = 0x96,
};

class Evaluator {
   public:
    Evaluator(Reader reader, const uint64_t (&registers)[register_count], Memory memory) noexcept
        : reader_(reader), start_(reader.at()), registers_(registers), memory_(memory) {}

    void push(uint64_t value) noexcept {
        if (depth_ == max_depth)
            failed_ = true;
        else
            stack_[depth_++] = value;
    }

    bool run(uint64_t& result) noexcept {
        for (unsigned i = 0; i < max_steps && !failed_ && !reader_.done(); ++i) step(reader_.byte());
        if (failed_ || reader_.failed() || !reader_.done() || depth_ == 0) return false;
        result = stack_[depth_ - 1];
        return true;
    }

   private:
    uint64_t pop() noexcept {
        if (depth_ != 0) return stack_[--depth_];
        failed_ = true;
        return 0;
    }
    void push_signed(int64_t value) noexcept { push(static_cast<uint64_t>(value)); }

    void step(uint8_t code) noexcept {
        if (code >= op_literal0 && code <= op_literal31) return push(code - uint64_t{op_literal0});
        if (code >= op_base_register0 && code <= op_base_register31) return based(code - uint64_t{op_base_register0});
        if (code == op_base_register) return based(reader_.uleb());
        if (code == op_nop) return;
        if (constant(code) || arrange(code) || unary(code) || jump(code)) return;
        binary(code);
    }

    void based(uint64_t number) noexcept {
        int64_t offset = reader_.sleb();
        if (number >= register_count)
            failed_ = true;
        else
            push(registers_[number] + static_cast<uint64_t>(offset));
    }

    bool constant(uint8_t code) noexcept {
        switch (code) {
            case op_address:
            case op_const8u:
            case op_const8s:
                push(reader_.fixed<uint64_t>());
                return true;
            case op_const1u:
                push(reader_.byte());
                return true;
            case op_const1s:
                push_signed(reader_.fixed<int8_t>());
                return true;
            case op_const2u:
                push(reader_.fixed<uint16_t>());
                return true;
            case op_const2s:
                push_signed(reader_.fixed<int16_t>());
                return true;
            case op_const4u:
                push(reader_.fixed<uint32_t>());
                return true;
            case op_const4s:
                push_signed(reader_.fixed<int32_t>());
                return true;
            case op_const_u:
                push(reader_.uleb());
                return true;
            case op_const_s:
                push_signed(reader_.sleb());
                return true;
            default:
                return false;
        }
    }

    void pick(uint64_t from_top) noexcept {
        if (from_top >= depth_)
            failed_ = true;
        else
            push(stack_[depth_ - 1 - from_top]);
    }

    bool arrange(uint8_t code) noexcept {
        switch (code) {
            case op_duplicate:
                pick(0);
                return true;
            case op_over:
                pick(1);
                return true;
            case op_pick:
                pick(reader_.byte());
                return true;
            case op_drop:
                pop();
                return true;
            case op_swap: {
                uint64_t a = pop(), b = pop();
                push(a);
                push(b);
                return true;
            }
            case op_rotate: {
                uint64_t a = pop(), b = pop(), c = pop();
                push(a);
                push(c);
                push(b);
                return true;
            }
            default:
                return false;
        }
    }

    void dereference(unsigned bytes) noexcept {
        uint64_t word = 0;
        if (bytes == 0 || bytes > 8 || !memory_.read(memory_.context, pop(), word)) failed_ = true;
        push(bytes >= 8 ? word : word & ((uint64_t{1} << (8 * bytes)) - 1));
    }

    bool unary(uint8_t code) noexcept {
        switch (code) {
            case op_dereference:
                dereference(8);
                return true;
            case op_dereference_size:
                dereference(reader_.byte());
                return true;
            case op_absolute: {
                auto v = static_cast<int64_t>(pop());
                push_signed(v < 0 ? -v : v);
                return true;
            }
            case op_negate:
                push(~pop() + 1);
                return true;
            case op_not:
                push(~pop());
                return true;
            case op_plus_constant: {
                uint64_t v = pop();
                push(v + reader_.uleb());
                return true;
            }
            default:
                return false;
        }
    }

    bool jump(uint8_t code) noexcept {
        if (code != op_branch && code != op_skip) return false;
        int64_t distance = reader_.fixed<int16_t>();
        if (code == op_branch && pop() == 0) return true;
        const uint8_t* target = reader_.at() + distance;
        if (target < start_ || target > reader_.end())
            failed_ = true;
        else
            reader_ = Reader(target, reader_.end());
        return true;
    }

    void binary(uint8_t code) noexcept {
        uint64_t b = pop(), a = pop();
        auto sb = static_cast<int64_t>(b), sa = static_cast<int64_t>(a);
        switch (code) {
            case op_and:
                return push(a & b);
            case op_or:
                return push(a | b);
            case op_xor:
                return push(a ^ b);
            case op_plus:
                return push(a + b);
            case op_minus:
                return push(a - b);
            case op_multiply:
                return push(a * b);
            case op_divide:
                failed_ |= b == 0;
                return push_signed(failed_ || b == ~uint64_t{0} ? 0 : sa / sb);
            case op_modulo:
                failed_ |= b == 0;
                return push(failed_ ? 0 : a % b);
            case op_shift_left:
                return push(b < 64 ? a << b : 0);
            case op_shift_right:
                return push(b < 64 ? a >> b : 0);
            case op_shift_right_signed:
                return push_signed(sa >> (b < 64 ? b : 63));
            case op_equal:
                return push(sa == sb);
            case op_greater_equal:
                return push(sa >= sb);
            case op_greater:
                return push(sa > sb);
            case op_less_equal:
                return push(sa <= sb);
            case op_less:
                return push(sa < sb);
            case op_not_equal:
                return push(sa != sb);
            default:
                failed_ = true;
        }
    }

    Reader reader_;
    const uint8_t* start_;
    const uint64_t (&registers_)[register_count];
    Memory memory_;
    uint64_t stack_[max_depth];
    unsigned depth_ = 0;
    bool failed_ = false;
};

}  // namespace

bool evaluate(const uint8_t* expression, const uint64_t (&registers)[register_count], const uint64_t* start,
              Memory memory, uint64_t& result) noexcept {
    Reader reader(expression, expression + 16);
    uint64_t bytes = reader.uleb();
    Evaluator evaluator(Reader(reader.at(), reader.at() + bytes), registers, memory);
    if (start != nullptr) evaluator.push(*start);
    return evaluator.run(result);
}

}  // namespace prof::cfi

// SPDX-License-Identifier: MIT
//
// See dwarf_expression.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/dwarf_expression.h"

#include <dwarf.h>

#include <array>

namespace heapkit::symbols {
namespace {

constexpr size_t most_operations = 1024;
constexpr size_t deepest = 64;

class Machine {
   public:
    explicit Machine(const ExpressionWorld& world) : world_(world) {}

    // False: the expression cannot be worked out.
    bool run(const Dwarf_Op& op) {
        if (op.atom >= DW_OP_lit0 && op.atom <= DW_OP_lit31) return push(op.atom - DW_OP_lit0);
        if (op.atom >= DW_OP_breg0 && op.atom <= DW_OP_breg31) return push_register(op.atom - DW_OP_breg0, op.number);
        switch (op.atom) {
            case DW_OP_addr:
            case DW_OP_const1u:
            case DW_OP_const1s:
            case DW_OP_const2u:
            case DW_OP_const2s:
            case DW_OP_const4u:
            case DW_OP_const4s:
            case DW_OP_const8u:
            case DW_OP_const8s:
            case DW_OP_constu:
            case DW_OP_consts:
                return push(op.number);
            case DW_OP_bregx:
                return push_register(op.number, op.number2);
            case DW_OP_call_frame_cfa:
                return world_.frame_address && push(*world_.frame_address);
            case DW_OP_dup:
                return count_ > 0 && push(stack_[count_ - 1]);
            case DW_OP_drop:
                return count_ > 0 && count_-- > 0;
            case DW_OP_nop:
                return true;
            case DW_OP_plus_uconst:
                return on_one([&](uint64_t a) { return a + op.number; });
            case DW_OP_deref:
                return dereference();
            default:
                return on_two(op.atom);
        }
    }

    std::optional<uint64_t> top() const { return count_ == 0 ? std::nullopt : std::optional(stack_[count_ - 1]); }

   private:
    bool push(uint64_t value) {
        if (count_ == deepest) return false;
        stack_[count_++] = value;
        return true;
    }
    bool push_register(uint64_t number, uint64_t offset) {
        const auto value = world_.in_register(number);
        return value && push(*value + offset);
    }
    bool dereference() {
        const auto word = count_ == 0 ? std::nullopt : world_.word_at(stack_[count_ - 1]);
        if (word) stack_[count_ - 1] = *word;
        return word.has_value();
    }
    template <typename Function>
    bool on_one(Function function) {
        if (count_ == 0) return false;
        stack_[count_ - 1] = function(stack_[count_ - 1]);
        return true;
    }
    // What PLT entries and aligned stacks need.
    bool on_two(uint8_t atom) {
        if (count_ < 2) return false;
        const uint64_t b = stack_[--count_];
        uint64_t& a = stack_[count_ - 1];
        switch (atom) {
            case DW_OP_plus:
                a += b;
                return true;
            case DW_OP_minus:
                a -= b;
                return true;
            case DW_OP_and:
                a &= b;
                return true;
            case DW_OP_mul:
                a *= b;
                return true;
            case DW_OP_shl:
                a = b < 64 ? a << b : 0;
                return true;
            case DW_OP_ge:
                a = static_cast<int64_t>(a) >= static_cast<int64_t>(b);
                return true;
            default:
                return false;
        }
    }

    const ExpressionWorld& world_;
    std::array<uint64_t, deepest> stack_ = {};
    size_t count_ = 0;
};

}  // namespace

std::optional<ExpressionResult> evaluated(const Dwarf_Op* ops, size_t count, const ExpressionWorld& world) {
    if (count == 0 || count > most_operations) return std::nullopt;
    Machine machine(world);
    const bool is_value = ops[count - 1].atom == DW_OP_stack_value;
    for (size_t i = 0; i + (is_value ? 1 : 0) < count; ++i)
        if (!machine.run(ops[i])) return std::nullopt;
    const auto top = machine.top();
    if (!top) return std::nullopt;
    return ExpressionResult{*top, is_value};
}

}  // namespace heapkit::symbols
